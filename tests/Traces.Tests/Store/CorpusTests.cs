using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;
using Akashi.Agent.Protocol;
using Akashi.Traces.Contracts.Predicates;
using Akashi.Traces.Export;
using Akashi.Traces.Lines;
using Akashi.Traces.Search;
using Akashi.Traces.Store.Format;
using Akashi.Traces.Store.Search;
using Akashi.Traces.Store.Writing;

namespace Akashi.Traces.Tests.Store;

/// <summary>Real activity of fifteen terminals, kept beside the project; see its README.</summary>
public sealed partial class CorpusTests
{
    [Fact]
    public async Task Write_Corpus_ComesBackByteForByteAndCountsAsItsReadmeSays()
    {
        var folder = Folder();
        Assert.SkipWhen(folder is null, "There is no folder shared/data/traces beside the project: the real recordings cannot be read.");
        using var store = new TestSegments();
        var sources = new List<byte[]>();
        foreach (var batches in Directory.EnumerateFiles(folder!, "*.zip", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Chunk(20))
        {
            var logs = new List<(BatchSource Source, ReadOnlyMemory<byte> Log)>();
            foreach (var path in batches)
            {
                var name = BatchName.Parse(Path.GetFileName(path));
                sources.Add(await ReadAsync(path, name));
                logs.Add((new BatchSource(name.Tmid, name.Id, name.SendTime), sources[^1]));
            }
            using var builder = new SegmentBuilder(store.Tenant, store.Folder, store.KeyOf, TimeProvider.System, SegmentForm.Fresh);
            foreach (var terminal in logs.GroupBy(log => log.Source.Tmid).OrderBy(terminal => terminal.Key.ToString(), StringComparer.Ordinal)) builder.Add([.. terminal]);
            store.Segments.AddRange(builder.Finish());
        }
        var segments = store.OpenAll();
        using var output = new MemoryStream();
        var rows = await LineExport.WriteAsync(SegmentExport.ReadAsync(store.Tenant, segments, new TraceQuery(new AllTraces()), SearchOptions.Default, TestContext.Current.CancellationToken), output, TestContext.Current.CancellationToken);
        Assert.Equal(263_395, rows);
        Assert.Equal(Sorted(sources), Sorted([output.ToArray()]));

        var kinds = Kinds().Matches(await File.ReadAllTextAsync(Path.Combine(folder!, "README.md"), TestContext.Current.CancellationToken));
        Assert.Equal(17, kinds.Count);
        Assert.All(kinds, kind =>
        {
            var query = new TraceQuery(new And([new FieldEquals("evt", kind.Groups["evt"].Value), new FieldEquals("subEvt", kind.Groups["sub"].Value)]));
            var expected = int.Parse(kind.Groups["count"].Value.Replace(",", "", StringComparison.Ordinal), null);
            Assert.Equal(expected, Ask.Count(store.Tenant, segments, query, SearchOptions.Default, CancellationToken.None));
        });
    }

    /// <summary>Hashes of all lines: equal as sets with repeats, without holding 170 MB of strings.</summary>
    private static List<ulong> Sorted(IEnumerable<byte[]> logs)
    {
        var hashes = new List<ulong>();
        foreach (var log in logs)
        {
            var lines = new LineSplitter(log);
            while (lines.MoveNext())
            {
                Assert.Equal(LineEnd.Lf, lines.End);
                hashes.Add(BitConverter.ToUInt64(System.Security.Cryptography.SHA256.HashData(lines.Line)));
            }
        }
        hashes.Sort();
        return hashes;
    }

    internal static async Task<byte[]> ReadAsync(string path, BatchName name)
    {
        await using var zip = await ZipFile.OpenReadAsync(path);
        await using var entry = await zip.GetEntry(name.EntryName)!.OpenAsync();
        using var log = new MemoryStream();
        await entry.CopyToAsync(log);
        return log.ToArray();
    }

    /// <summary>The folder beside the project, looked for upwards from the test's own.</summary>
    internal static string? Folder()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Directory.Build.props")))
            {
                var traces = Path.Combine(folder.FullName, "..", "shared", "data", "traces");
                return Directory.Exists(traces) ? traces : null;
            }
        }
        return null;
    }

    [GeneratedRegex(@"^\| (?<evt>\w+)/(?<sub>\w+) \| (?<count>[\d,]+) \|$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Kinds();
}
