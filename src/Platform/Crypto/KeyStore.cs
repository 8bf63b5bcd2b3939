using System.Buffers;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Akashi.Durability;
using Akashi.Platform.Tenancy;

namespace Akashi.Platform.Crypto;

public enum TenantKeyKind
{
    /// <summary>Destroyed at contract end: everything of the customer becomes unreadable.</summary>
    Data,
    /// <summary>Kept: the service's own sign-in and audit logs.</summary>
    Log,
}

/// <summary>
/// Keys in a folder of their own, outside the database and its backups. <c>master.key</c> wraps everything else:
/// two keys a tenant, and the service's own secrets. Files are 0600; a looser master key is refused.
/// </summary>
public sealed class KeyStore
{
    private const int KeySize = 32;
    private const string MasterFile = "master.key";
    private const string TenantsFolder = "tenants";
    private const string ServiceFolder = "service";

    private static readonly SearchValues<char> SecretNameCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-.");

    private readonly string _folder;
    private readonly byte[] _master;
    private readonly ConcurrentDictionary<(TenantId, TenantKeyKind), byte[]> _unwrapped = new();

    private KeyStore(string folder, byte[] master) => (_folder, _master) = (folder, master);

    /// <summary>Opens the key store; an absent one is created.</summary>
    /// <exception cref="InvalidOperationException">The master key is readable by others, damaged, or missing beside keys that it wrapped.</exception>
    public static KeyStore Open(string folder)
    {
        DurableFile.CreateFolder(folder);
        var path = Path.Combine(folder, MasterFile);
        DurableFile.CreateFolder(Path.Combine(folder, TenantsFolder));
        DurableFile.CreateFolder(Path.Combine(folder, ServiceFolder));
        if (!File.Exists(path))
        {
            // A new master key beside old wrapped keys would hide that the old one is lost.
            if (Directory.EnumerateFiles(folder, "*.sealed", SearchOption.AllDirectories).Any())
                throw new InvalidOperationException($"'{path}' is missing, but keys that it wrapped exist. Restore the master key from its copy.");
            DurableFile.Write(path, RandomNumberGenerator.GetBytes(KeySize));
        }
        const UnixFileMode others = ~(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        if ((File.GetUnixFileMode(path) & others) != 0)
            throw new InvalidOperationException($"'{path}' can be read by others. Run: chmod 600 '{path}'");
        var master = File.ReadAllBytes(path);
        return master.Length == KeySize ? new KeyStore(folder, master) : throw new InvalidOperationException($"'{path}' is damaged: {master.Length} bytes instead of {KeySize}. Restore it from its copy.");
    }

    /// <summary>Whether the master key on disk is still the one in use, and nobody else can read it.</summary>
    public bool IsIntact()
    {
        const UnixFileMode others = ~(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var path = Path.Combine(_folder, MasterFile);
        return File.Exists(path) && (File.GetUnixFileMode(path) & others) == 0 && CryptographicOperations.FixedTimeEquals(File.ReadAllBytes(path), _master);
    }

    /// <summary>Makes both keys of a new tenant; existing ones stay.</summary>
    public void CreateTenantKeys(TenantId tenant)
    {
        foreach (var kind in Enum.GetValues<TenantKeyKind>())
        {
            var path = PathOf(tenant, kind);
            if (!File.Exists(path) && !(kind == TenantKeyKind.Data && IsDataKeyDestroyed(tenant))) DurableFile.Write(path, Envelope.Seal(_master, NameOf(tenant, kind), RandomNumberGenerator.GetBytes(KeySize)));
        }
    }

    /// <summary>
    /// Destroys the data key for good: whatever it encrypted is unreadable from now on, here and in every copy. A mark stays, so that neither
    /// a new key nor an old one out of a copy takes its place. Safe to repeat.
    /// </summary>
    public void DestroyDataKey(TenantId tenant)
    {
        DurableFile.Write(DestroyedMark(tenant), ReadOnlyMemory<byte>.Empty);
        DurableFile.Erase(PathOf(tenant, TenantKeyKind.Data));
        _unwrapped.TryRemove((tenant, TenantKeyKind.Data), out _);
    }

    public bool IsDataKeyDestroyed(TenantId tenant) => File.Exists(DestroyedMark(tenant));

    public bool HasTenantKeys(TenantId tenant) => Enum.GetValues<TenantKeyKind>().All(kind => File.Exists(PathOf(tenant, kind)));

    /// <summary>A 32-byte key for one purpose and one object, by HKDF-SHA-256 (RFC 5869) from the tenant's key.</summary>
    /// <param name="purpose">One of a fixed set of names, for example <c>trace-segment</c>.</param>
    /// <param name="context">Identifies the object among those of the purpose.</param>
    public byte[] DeriveKey(TenantId tenant, TenantKeyKind kind, string purpose, ReadOnlySpan<byte> context)
    {
        var information = new byte[Encoding.UTF8.GetByteCount(purpose) + 1 + context.Length];
        var length = Encoding.UTF8.GetBytes(purpose, information);
        context.CopyTo(information.AsSpan(length + 1)); // the zero byte between keeps purpose and context apart
        var key = new byte[KeySize];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, Unwrap(tenant, kind), key, salt: [], information);
        return key;
    }

    /// <summary>A secret of the service itself, or null when there is none of that name yet.</summary>
    public byte[]? ReadServiceSecret(string name)
    {
        var path = ServicePath(name);
        return File.Exists(path) ? Envelope.Open(_master, "service/" + name, File.ReadAllBytes(path)) : null;
    }

    public void WriteServiceSecret(string name, ReadOnlySpan<byte> secret) =>
        DurableFile.Write(ServicePath(name), Envelope.Seal(_master, "service/" + name, secret));

    /// <summary>Seals a value that is stored elsewhere, for example in the database, under the master key.</summary>
    public byte[] Seal(string associated, ReadOnlySpan<byte> secret) => Envelope.Seal(_master, "sealed/" + associated, secret);

    public byte[] Open(string associated, ReadOnlySpan<byte> sealedBytes) => Envelope.Open(_master, "sealed/" + associated, sealedBytes);

    private byte[] Unwrap(TenantId tenant, TenantKeyKind kind)
    {
        // Looked for at every use: another node may have destroyed the key, and what is remembered here must not outlive it.
        if (kind == TenantKeyKind.Data && IsDataKeyDestroyed(tenant))
        {
            _unwrapped.TryRemove((tenant, kind), out _);
            throw new DataKeyDestroyedException(tenant);
        }
        return _unwrapped.GetOrAdd((tenant, kind), static (key, store) =>
        {
            var path = store.PathOf(key.Item1, key.Item2);
            return File.Exists(path)
                ? Envelope.Open(store._master, NameOf(key.Item1, key.Item2), File.ReadAllBytes(path))
                : throw new InvalidOperationException($"The {key.Item2} key of tenant {key.Item1} is missing from the key store, which may not be the one of this database. Restore the key store from its copy.");
        }, this);
    }

    private string DestroyedMark(TenantId tenant) => Path.Combine(_folder, TenantsFolder, NameOf(tenant, TenantKeyKind.Data) + ".destroyed");

    private static string NameOf(TenantId tenant, TenantKeyKind kind) => $"{tenant}.{kind.ToString().ToLowerInvariant()}";

    private string PathOf(TenantId tenant, TenantKeyKind kind) => Path.Combine(_folder, TenantsFolder, NameOf(tenant, kind) + ".sealed");

    private string ServicePath(string name)
    {
        if (name.AsSpan().ContainsAnyExcept(SecretNameCharacters) || name.Length is 0 or > 200)
            throw new ArgumentException($"'{name}' cannot name a service secret; use lower-case letters, digits, '-' and '.'.", nameof(name));
        return Path.Combine(_folder, ServiceFolder, name + ".sealed");
    }
}

/// <summary>The contract has ended and its data was made unreadable; nothing brings it back.</summary>
public sealed class DataKeyDestroyedException(TenantId tenant) : InvalidOperationException($"The data key of tenant {tenant} was destroyed after its contract ended; its data cannot be read any more.");
