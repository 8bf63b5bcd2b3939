using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Akashi.Agent.Protocol;
using Akashi.Platform.Crypto;
using Akashi.TestKit.Terminals;

namespace Akashi.TestKit.Crash;

/// <summary>
/// The senders' own record of what was offered and what was acknowledged: the truth that the store is compared with. Each line carries
/// its batch and number, so that the export alone shows what is missing, doubled or torn.
/// </summary>
public sealed class BatchLedger
{
    private const string Key = " ledger=";

    private sealed class Entry(int lines, Sha256 digest)
    {
        public Sha256 Digest { get; } = digest;

        public int Lines { get; } = lines;

        public bool Acknowledged { get; set; }
    }

    private readonly ConcurrentDictionary<string, Entry> _batches = new(StringComparer.Ordinal);

    public long OfferedLines => _batches.Values.Sum(entry => (long)entry.Lines);

    public int OfferedBatches => _batches.Count;

    public int AcknowledgedBatches => _batches.Values.Count(entry => entry.Acknowledged);

    public long AcknowledgedLines => _batches.Values.Where(entry => entry.Acknowledged).Sum(entry => (long)entry.Lines);

    /// <summary>Makes a batch of traces and notes that it is offered.</summary>
    public TestBatch Make(Tmid tmid, DateTimeOffset at, int lines, int padding = 0)
    {
        var name = TestBatch.NewName(tmid, at);
        var log = new StringBuilder(lines * (400 + padding));
        var time = at.ToOffset(TimeSpan.FromHours(9)).ToString("MM/dd/yyyy HH:mm:ss.fff '+0900'", CultureInfo.InvariantCulture);
        for (var line = 0; line < lines; line++)
        {
            log.Append(CultureInfo.InvariantCulture, $"{time} loc=ja-JP type=ITM2 sn={line} lv=5 evt=ps subEvt=start os=Win com=\"PC-{tmid.ToString()[..8]}\" domain=\"EXAMPLE\" tmid={tmid} ");
            log.Append(CultureInfo.InvariantCulture, $"psGUID={{{name.Id}-{line}}} psPath=\"C:\\Windows\\system32\\notepad.exe\" psID={line} psUser=\"user{line % 17}\" cmd=\"notepad.exe \"\"C:\\work\\{line * 7919}.txt\"\"\"");
            if (padding > 0) log.Append(" pad=").Append(System.Security.Cryptography.RandomNumberGenerator.GetHexString(padding));
            log.Append(Key).Append(name.Id).Append('.').Append(line).Append('\n');
        }
        var batch = TestBatch.Of(name, Encoding.UTF8.GetBytes(log.ToString()));
        _batches[name.Id.ToString()] = new Entry(lines, Sha256.Of(batch.Zip));
        return batch;
    }

    public void Acknowledge(TestBatch batch) => _batches[batch.Name.Id.ToString()].Acknowledged = true;

    public bool IsAcknowledged(string batchId) => _batches.TryGetValue(batchId, out var entry) && entry.Acknowledged;

    /// <summary>Compares the archive's manifest with the ledger: acknowledged batches are in it once and with the bytes that were sent, others so or not at all.</summary>
    /// <param name="manifest">Batch id, digest of the zip and lines of each row.</param>
    /// <returns>Every difference; empty when all is well.</returns>
    public IReadOnlyList<string> Judge(IReadOnlyCollection<(string Batch, byte[] Digest, long Lines)> manifest)
    {
        var rows = manifest.ToLookup(row => row.Batch, StringComparer.Ordinal);
        var findings = new List<string>();
        foreach (var (id, entry) in _batches)
        {
            var found = rows[id].ToList();
            if (found.Count == 0 && entry.Acknowledged) findings.Add($"acknowledged batch {id} is missing");
            if (found.Count > 1) findings.Add($"batch {id} is there {found.Count} times");
            if (found.Any(row => new Sha256(row.Digest) != entry.Digest || row.Lines != entry.Lines)) findings.Add($"batch {id} is not what was sent");
        }
        return findings;
    }

    /// <summary>
    /// Compares an export with the ledger: acknowledged batches are there whole and once, others whole and once or not at all.
    /// </summary>
    /// <returns>Every difference; empty when all is well.</returns>
    public IReadOnlyList<string> Judge(ReadOnlySpan<byte> export)
    {
        var seen = new Dictionary<string, int[]>(StringComparer.Ordinal);
        var findings = new List<string>();
        foreach (var range in export.Split((byte)'\n'))
        {
            var line = Encoding.UTF8.GetString(export[range]);
            var at = line.LastIndexOf(Key, StringComparison.Ordinal);
            if (at < 0) continue; // somebody else's line
            var mark = line[(at + Key.Length)..].Split('.');
            if (!_batches.TryGetValue(mark[0], out var entry))
            {
                findings.Add($"batch {mark[0]} was never offered");
                continue;
            }
            if (!seen.TryGetValue(mark[0], out var counts)) seen[mark[0]] = counts = new int[entry.Lines];
            counts[int.Parse(mark[1], CultureInfo.InvariantCulture)]++;
        }
        foreach (var (id, entry) in _batches)
        {
            if (!seen.TryGetValue(id, out var counts))
            {
                if (entry.Acknowledged) findings.Add($"acknowledged batch {id} is missing");
            }
            else if (counts.Any(count => count != 1))
            {
                findings.Add($"{(entry.Acknowledged ? "acknowledged" : "unacknowledged")} batch {id}: {counts.Count(count => count == 0)} lines missing, {counts.Count(count => count > 1)} more than once");
            }
        }
        return findings;
    }
}
