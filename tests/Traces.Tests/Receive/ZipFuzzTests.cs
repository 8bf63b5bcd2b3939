using Akashi.Traces.Receive;
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
        Assert.InRange(Seeds.Count(seed => BatchZip.ReadLog(seed, BatchZipTests.Name).Failure is null), 3, Seeds.Length - 3);
    }

    private static void Check(byte[] zip)
    {
        var outcome = BatchZip.ReadLog(zip, BatchZipTests.Name);
        if (outcome.TryGet(out var log, out var failure))
        {
            Assert.Equal(BatchZipTests.Log, log);
            Assert.True(BatchZip.ReadSize(zip, BatchZipTests.Name).TryGet(out var size, out _));
            Assert.Equal(log.Length, size);
        }
        else
        {
            Assert.StartsWith("zip-", failure.Code, StringComparison.Ordinal);
        }
    }
}
