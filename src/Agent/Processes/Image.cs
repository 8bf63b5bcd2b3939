using System.Security.Cryptography;
using Akashi.Agent.Kernel;

namespace Akashi.Agent.Processes;

/// <summary>Tells one version of an executable file from every other.</summary>
[System.Runtime.InteropServices.StructLayout(System.Runtime.InteropServices.LayoutKind.Auto)]
internal readonly record struct ImageKey(uint Device, ulong Inode, ulong Size, long Modified);

/// <param name="Sha256">Lower-case hex.</param>
/// <param name="Md5">Lower-case hex.</param>
internal sealed record ImageDigest(string Sha256, string Md5);

/// <summary>An executable file and, once read, its digests.</summary>
internal sealed class Image(ImageKey key, string path, string? openAs)
{
    private const long LongestFile = 256L << 20;

    public ImageKey Key { get; } = key;

    public string Path { get; } = path;

    /// <summary>False while the file is being read.</summary>
    public volatile bool Finished = openAs is null;

    /// <summary>Null when the file was too big, could not be read or is another file by now.</summary>
    public ImageDigest? Digest { get; private set; }

    public void Read(byte[] buffer)
    {
        try
        {
            if (Key.Size <= LongestFile && Matches(openAs!)) Digest = Compute(openAs!, buffer);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The process may be gone with its mount namespace; the start is recorded without digests.
        }
        Finished = true;
    }

    /// <summary>The device is not compared: some file systems tell programs another number than the kernel's.</summary>
    public static bool Matches(ImageKey key, in FileFacts facts) =>
        facts.Inode == key.Inode && facts.Size == key.Size && facts.ModifiedSeconds == key.Modified;

    private bool Matches(string file) => FileFacts.TryRead(file, out var facts) && Matches(Key, facts);

    private static ImageDigest Compute(string file, byte[] buffer)
    {
        using var handle = File.OpenHandle(file);
        using var sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        var offset = 0L;
        while (RandomAccess.Read(handle, buffer, offset) is > 0 and var read)
        {
            sha256.AppendData(buffer, 0, read);
            md5.AppendData(buffer, 0, read);
            offset += read;
            if (offset > LongestFile) throw new IOException("The file grew beyond the limit.");
        }
        return new ImageDigest(Convert.ToHexStringLower(sha256.GetHashAndReset()), Convert.ToHexStringLower(md5.GetHashAndReset()));
    }
}
