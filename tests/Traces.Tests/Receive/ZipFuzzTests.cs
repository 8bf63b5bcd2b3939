using Akashi.Traces.Tests.Lines;

namespace Akashi.Traces.Tests.Receive;

/// <summary>Fuzzes the reader of batches from the seeds in <c>Corpus</c>: seconds in the daily run, ten minutes with AKASHI_LONG=1.</summary>
public class ZipFuzzTests
{
    private static readonly byte[][] Seeds = [.. Seeded.Corpus("zips.txt").Select(line => Convert.FromBase64String(line[(line.IndexOf(' ', StringComparison.Ordinal) + 1)..]))];

    [Fact]
    public void ReadLog_AnAlteredSeed_IsRefusedOrGivesTheLog() => Seeded.Repeat(chance => Check(chance.Altered(chance.Pick(Seeds), chance.Pick(Seeds))), Seeded.FuzzSeconds);

    [Fact]
    public void ReadLog_EverySeed_HoldsToo()
    {
        Assert.All(Seeds, Check);
        Assert.InRange(Seeds.Count(seed => BatchZipTests.Code(seed) is null), 3, Seeds.Length - 3);
    }

    private static void Check(byte[] zip)
    {
        if (BatchZipTests.Read(zip, out var code) is { } log) Assert.Equal(BatchZipTests.Log, log);
        else Assert.StartsWith("zip-", code, StringComparison.Ordinal);
    }
}
