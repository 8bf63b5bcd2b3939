using System.Security.Cryptography;
using System.Text;
using Akashi.Agent.Protocol;
using Akashi.Platform.Calendar;
using Akashi.Platform.Tenancy;
using Akashi.Traces.Lines;
using Akashi.Traces.Store;
using Akashi.Traces.Store.Format;
using Akashi.Traces.Store.Reading;
using Akashi.Traces.Store.Search;
using Akashi.Traces.Store.Writing;
using Akashi.Traces.Tests.Lines;
using Akashi.Traces.Tests.Query;

namespace Akashi.Traces.Tests.Store;

/// <summary>A folder of segments with what went into them beside it, both removed at the end.</summary>
internal sealed class TestSegments : IDisposable
{
    public static readonly DateTimeOffset Received = new(2026, 2, 2, 1, 0, 0, TimeSpan.FromHours(9));
    private readonly byte[] _master = RandomNumberGenerator.GetBytes(32);
    private readonly List<SegmentReader> _open = [];

    public TenantId Tenant { get; } = TenantId.New(TimeProvider.System);

    public string Folder { get; } = Directory.CreateTempSubdirectory("akashi-segments-").FullName;

    public List<SegmentInfo> Segments { get; } = [];

    /// <summary>Every row written.</summary>
    public List<Row> Rows { get; } = [];

    public byte[] KeyOf(Guid segment) => HKDF.DeriveKey(HashAlgorithmName.SHA256, _master, 32, info: segment.ToByteArray());

    public static BatchName Batch(Seeded chance, int terminals = 3) =>
        BatchName.Parse($"{chance.Next(terminals):x8}-0000-4000-8000-000000000000_202602012000000-{chance.Next64():x16}{chance.Next64():x16}.zip");

    /// <summary>Small blocks let a test with few rows have many of them.</summary>
    public SegmentForm Form { get; set; } = SegmentForm.Fresh;

    /// <summary>Where decoded parts of segments opened from now on are kept; null when nowhere.</summary>
    public PartBudget? Parts { get; set; }

    public IReadOnlyList<SegmentInfo> Write(params IEnumerable<(BatchName Name, byte[] Log)> logs)
    {
        using var builder = new SegmentBuilder(Tenant, Folder, KeyOf, TimeProvider.System, Form);
        foreach (var terminal in logs.GroupBy(log => log.Name.Tmid.ToString()).OrderBy(terminal => terminal.Key, StringComparer.Ordinal)) Add(builder, [.. terminal]);
        var segments = builder.Finish();
        Segments.AddRange(segments);
        return segments;
    }

    /// <summary>Logs of one terminal.</summary>
    public void Add(SegmentBuilder builder, params IReadOnlyList<(BatchName Name, byte[] Log)> logs)
    {
        builder.Add([.. logs.Select(log => (new BatchSource(log.Name.Tmid, log.Name.Id, Received), (ReadOnlyMemory<byte>)log.Log))]);
        foreach (var (name, log) in logs)
            foreach (var (number, (line, end)) in LineSplitterTests.Split(log).Index()) Rows.Add(new Row(name, number, end, new NaiveTrace(line, Received)));
    }

    public IReadOnlyList<SegmentInfo> WriteLines(params IEnumerable<string> lines) =>
        Write((Batch(new Seeded((ulong)Rows.Count)), Encoding.UTF8.GetBytes(string.Join('\n', lines))));

    /// <summary>A log of random lines.</summary>
    public static byte[] Log(Seeded chance, int lines)
    {
        var maker = new LineMaker(chance);
        using var log = new MemoryStream();
        for (var i = 0; i < lines; i++)
        {
            log.Write(maker.Line());
            if (i + 1 < lines || chance.Chance(50)) log.Write(chance.Chance(50) ? "\n"u8 : "\r\n"u8);
        }
        return log.ToArray();
    }

    public SegmentReader Open(SegmentInfo segment)
    {
        var reader = SegmentReader.Open(Tenant, PathOf(segment), segment.Id, KeyOf(segment.Id));
        if (Parts is not null) reader.KeepParts(Parts);
        _open.Add(reader);
        return reader;
    }

    public List<SegmentReader> OpenAll() => [.. Segments.Select(Open)];

    public string PathOf(SegmentInfo segment) => Path.Combine(Folder, segment.FileName);

    public void Dispose()
    {
        foreach (var reader in _open) reader.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    internal sealed record Row(BatchName Name, int Number, LineEnd End, NaiveTrace Trace)
    {
        /// <summary>A line that cannot be parsed stands at the millisecond of its receipt.</summary>
        public TracePosition Position => new(Trace.Time.ToUnixTimeMilliseconds(), Name.Tmid, Name.Id, Number);

        public bool Is(FoundTrace found) => found.Position == Position && found.Line.AsSpan().SequenceEqual(Trace.Line) && found.End == End
            && found.Time == DateTimeOffset.FromUnixTimeMilliseconds(Position.Time) && found.Received == Received
            && (Trace.Fields is null ? found.Time.Offset == JstDay.Offset : found.Time.Offset == Trace.Time.Offset)
            && ((found.Flags & LineFlags.Unparsed) != 0) == (Trace.Fields is null);
    }
}
