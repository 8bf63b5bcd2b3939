using System.Security.Cryptography;
using System.Text;
using Akashi.Durability;

namespace Akashi.Platform.Backup;

/// <summary>The key that seals backups. It is in no backup: who has one place alone can read nothing.</summary>
public sealed class BackupKey
{
    private const int Size = 32;
    private const UnixFileMode Others = ~(UnixFileMode.UserRead | UnixFileMode.UserWrite);

    private readonly byte[] _key;

    private BackupKey(byte[] key) => _key = key;

    /// <param name="create">True makes a key when there is none.</param>
    /// <exception cref="BackupException">The file is missing, damaged, or can be read by others.</exception>
    public static BackupKey Open(string path, bool create)
    {
        if (!File.Exists(path))
        {
            if (!create) throw new BackupException($"The backup key '{path}' is missing. Name its copy with --key FILE.");
            DurableFile.CreateFolder(Path.GetDirectoryName(path)!);
            DurableFile.Write(path, RandomNumberGenerator.GetBytes(Size));
        }
        if ((File.GetUnixFileMode(path) & Others) != 0) throw new BackupException($"'{path}' can be read by others. Run: chmod 600 '{path}'");
        var key = File.ReadAllBytes(path);
        return key.Length == Size ? new BackupKey(key) : throw new BackupException($"'{path}' is no backup key: {key.Length} bytes instead of {Size}.");
    }

    /// <param name="purpose">Keeps data and keys apart: neither's objects can stand in for the other's.</param>
    internal byte[] Derive(string purpose, ReadOnlySpan<byte> headerDigest)
    {
        var information = new byte[Encoding.ASCII.GetByteCount(purpose) + 1 + headerDigest.Length];
        var length = Encoding.ASCII.GetBytes(purpose, information);
        headerDigest.CopyTo(information.AsSpan(length + 1));
        var derived = new byte[Size];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, _key, derived, salt: [], information);
        return derived;
    }
}
