using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Akashi.Agent.Protocol;

namespace Akashi.TestKit.Terminals;

/// <summary>A sound batch as an agent would send it.</summary>
/// <param name="Log">The unpacked log.</param>
/// <param name="Zip">The bytes to send.</param>
public sealed record TestBatch(BatchName Name, byte[] Log, byte[] Zip)
{
    public static BatchName NewName(Tmid tmid, DateTimeOffset at) => new(tmid, at, BatchId.Parse(RandomNumberGenerator.GetHexString(BatchId.Length, lowercase: true)));

    public static TestBatch Of(Tmid tmid, DateTimeOffset at, params IEnumerable<string> lines) => Of(NewName(tmid, at), Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => line + "\n"))));

    public static TestBatch Of(BatchName name, byte[] log)
    {
        using var target = new MemoryStream();
        using (var archive = new ZipArchive(target, ZipArchiveMode.Create, leaveOpen: true))
        {
            using var entry = archive.CreateEntry(name.EntryName, CompressionLevel.Fastest).Open();
            entry.Write(log);
        }
        return new TestBatch(name, log, target.ToArray());
    }
}
