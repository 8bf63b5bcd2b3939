using System.Security.Cryptography;
using System.Text;
using Akashi.Platform.Objects;

namespace Akashi.Platform.Backup;

/// <summary>One object of a backup as it lies in its place.</summary>
/// <param name="Bytes">As stored, that is sealed.</param>
/// <param name="Sha256">Of the stored bytes, hexadecimal: what a check reads without any key.</param>
public sealed record BackupEntry(string Key, long Bytes, string Sha256);

/// <summary>A folder or bucket that holds backups; everything in it is sealed under the backup key.</summary>
internal sealed class BackupPlace(IObjectStore store, BackupKey key, string purpose)
{
    public const string DataPurpose = "akashi backup data";
    public const string KeysPurpose = "akashi backup keys";

    public IObjectStore Store => store;

    /// <summary>Seals and writes a stream. What an interrupted run left under the key is replaced.</summary>
    public async Task<BackupEntry> WriteAsync(ObjectKey name, Stream content, CancellationToken cancellation)
    {
        await store.DeleteAsync(name, cancellation);
        var header = Encoding.UTF8.GetBytes($"{name} {RandomNumberGenerator.GetHexString(32, lowercase: true)}");
        await using var sealing = SealedStream.Seal(content, header, digest => key.Derive(purpose, digest));
        await using var measured = new MeasuredStream(sealing);
        await store.WriteAsync(name, measured, cancellation);
        return new BackupEntry(name.ToString(), measured.Bytes, measured.Digest());
    }

    /// <summary>The content of an object, proven against its entry before <paramref name="read"/>'s result counts.</summary>
    /// <exception cref="BackupException">It is missing, damaged, of another name, or sealed under another key.</exception>
    public async Task ReadAsync(BackupEntry entry, Func<Stream, Task> read, CancellationToken cancellation)
    {
        try
        {
            await using var stored = await store.OpenAsync(new ObjectKey(entry.Key), 0, null, cancellation);
            await using var measured = new MeasuredStream(stored);
            await using (var opened = await SealedStream.OpenAsync(measured, digest => key.Derive(purpose, digest), cancellation))
            {
                await read(opened);
                await opened.CopyToAsync(Stream.Null, cancellation);
            }
            if (entry.Sha256.Length > 0 && (measured.Bytes != entry.Bytes || measured.Digest() != entry.Sha256)) throw new InvalidDataException("it is not what the manifest says");
        }
        catch (Exception e) when (e is FileNotFoundException or InvalidDataException or CryptographicException or EndOfStreamException)
        {
            throw new BackupException($"'{entry.Key}' of the backup cannot be used: {(e is CryptographicException ? "damaged, or sealed under another backup key" : e.Message)}.", e);
        }
    }

    /// <summary>Checks the stored bytes alone.</summary>
    public async Task<string?> FaultAsync(BackupEntry entry, CancellationToken cancellation)
    {
        try
        {
            await using var measured = new MeasuredStream(await store.OpenAsync(new ObjectKey(entry.Key), 0, null, cancellation));
            await measured.CopyToAsync(Stream.Null, cancellation);
            return measured.Bytes == entry.Bytes && measured.Digest() == entry.Sha256 ? null : $"{entry.Key}: damaged";
        }
        catch (FileNotFoundException)
        {
            return $"{entry.Key}: missing";
        }
    }

    /// <summary>Counts and hashes what is read through it.</summary>
    private sealed class MeasuredStream(Stream inner) : ForwardStream
    {
        private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

        public long Bytes { get; private set; }

        public string Digest() => Convert.ToHexStringLower(_hash.GetCurrentHash());

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = await inner.ReadAsync(buffer, cancellationToken);
            _hash.AppendData(buffer.Span[..read]);
            Bytes += read;
            return read;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing) inner.Dispose();
            if (disposing) _hash.Dispose();
            base.Dispose(disposing);
        }
    }
}
