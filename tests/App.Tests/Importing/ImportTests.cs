using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Akashi.TestKit.Service;

namespace Akashi.App.Tests.Importing;

/// <summary>The recordings of public attacks that lie beside the repository, imported by the command-line client.</summary>
public sealed partial class ImportTests(ServiceFixture fixture) : IClassFixture<ServiceFixture>
{
    private static readonly string Recordings = Path.GetFullPath(Path.Combine(BuiltPrograms.Repository, "..", "shared", "data", "traces"));

    [Fact]
    public async Task Import_Recordings_EveryLineIsStoredOnceAndNoneAltered()
    {
        Assert.SkipUnless(Directory.Exists(Recordings), $"Skipped: the recordings are not in '{Recordings}'.");
        var sources = Directory.EnumerateFiles(Recordings, "*.zip", SearchOption.AllDirectories).Order(StringComparer.Ordinal).ToList();
        var expected = new Lines();
        foreach (var source in sources) expected.Add(Unzip(source));
        using var api = fixture.Service.CreateApi();

        var first = await ImportAsync();
        Assert.True(first.Code == 0, first.Errors);
        Assert.Contains($"{sources.Count} files stored with {expected.Count} lines, 0 already there, 0 refused", first.Errors, StringComparison.Ordinal);
        await Eventually.HoldsAsync(async () => await api.CountAsync("*") >= expected.Count, "every imported line is searchable");

        var stored = new Lines();
        stored.Add(await api.ExportAsync("*"));
        Assert.Equal(expected.Count, stored.Count);
        Assert.True(stored.SameAs(expected), "the exported lines are not those of the sources");
        foreach (var (evt, subEvt, count) in KindsOfReadme()) Assert.Equal((evt, subEvt, count), (evt, subEvt, await api.CountAsync($"evt:{evt} subEvt:{subEvt}")));
        Assert.Equal(expected.Count, KindsOfReadme().Sum(kind => kind.Count));

        var state = await fixture.Service.Database.FingerprintAsync("traces.batch", "endpoints.terminal");
        var second = await ImportAsync();
        Assert.True(second.Code == 0, second.Errors);
        Assert.Contains($"0 files stored with 0 lines, {sources.Count} already there, 0 refused", second.Errors, StringComparison.Ordinal);
        Assert.Equal(state, await fixture.Service.Database.FingerprintAsync("traces.batch", "endpoints.terminal"));
        Assert.Equal(sources.Count, Directory.EnumerateFiles(fixture.Service.ObjectsFolder, "*", SearchOption.AllDirectories).Count());
        Assert.Equal(expected.Count, await api.CountAsync("*"));
        Assert.Equal(["imported"], await fixture.Service.Database.QueryAsync<string>("SELECT DISTINCT kind FROM endpoints.terminal"));

        var verify = await fixture.Service.VerifyAsync();
        Assert.True(verify.Code == 0, verify.Output + verify.Errors);
        Assert.Contains("verify: clean", verify.Output, StringComparison.Ordinal);
    }

    private Task<ProgramRun> ImportAsync() => ProgramRun.OfAsync(BuiltPrograms.Client, "--data", fixture.Service.Data, "trace", "import", Recordings);

    private static byte[] Unzip(string path)
    {
        using var zip = ZipFile.OpenRead(path);
        using var entry = zip.Entries.Single().Open();
        using var log = new MemoryStream();
        entry.CopyTo(log);
        return log.ToArray();
    }

    /// <summary>The table "Records by kind" of the recordings' own description.</summary>
    private static IReadOnlyList<(string Evt, string SubEvt, long Count)> KindsOfReadme() =>
        [.. KindRow().Matches(File.ReadAllText(Path.Combine(Recordings, "README.md"))).Select(row =>
            (row.Groups[1].Value, row.Groups[2].Value, long.Parse(row.Groups[3].Value.Replace(",", "", StringComparison.Ordinal), System.Globalization.CultureInfo.InvariantCulture)))];

    [GeneratedRegex(@"^\| (\w+)/(\w+) \| ([\d,]+) \|$", RegexOptions.Multiline, 1000)]
    private static partial Regex KindRow();

    /// <summary>How often each line occurs, terminators included; 128 bits of its digest stand for the line.</summary>
    private sealed class Lines
    {
        private readonly Dictionary<UInt128, int> _counts = [];

        public long Count { get; private set; }

        public void Add(ReadOnlySpan<byte> log)
        {
            Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
            while (!log.IsEmpty)
            {
                var end = log.IndexOf((byte)'\n');
                var line = end < 0 ? log : log[..(end + 1)];
                SHA256.HashData(line, digest);
                var key = BitConverter.ToUInt128(digest);
                _counts[key] = _counts.GetValueOrDefault(key) + 1;
                Count++;
                log = log[line.Length..];
            }
        }

        public bool SameAs(Lines other) => _counts.Count == other._counts.Count && _counts.All(count => other._counts.GetValueOrDefault(count.Key) == count.Value);
    }
}
