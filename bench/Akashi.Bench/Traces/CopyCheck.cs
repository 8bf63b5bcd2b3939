using System.Diagnostics;
using System.Globalization;
using Akashi.Bench.Traces.Rows;

namespace Akashi.Bench.Traces;

/// <summary>
/// A copy must not be cheaper than life: what zstd -19 with a window of 128 MB makes of a line, of the recorded ones (without repeats) and of the made
/// ones in the order in which they are sent. Other numbers would flatter everybody's size.
/// </summary>
internal static class CopyCheck
{
    private const double LeastRatio = 0.90;
    private const int SampleLines = 500_000;

    public static async Task RunAsync(TraceCorpus corpus, TraceFactory factory, int events)
    {
        var life = CompressAsync(output =>
        {
            for (var i = 0; i < corpus.Count; i++) output.Write(corpus.Text(i));
            return corpus.Count;
        });
        // From the middle, where terminals are in the midst of their windows.
        var (skip, wanted) = (Math.Max(0, (events - SampleLines) / 2), Math.Min(events, SampleLines));
        var copy = CompressAsync(output =>
        {
            var (passed, lines) = (0, 0);
            foreach (var batch in factory.Batches())
            {
                if (passed >= skip)
                {
                    output.Write(batch.Log);
                    lines += batch.Lines;
                    if (lines >= wanted) break;
                }
                passed += batch.Lines;
            }
            return lines;
        });
        var ((lifeLines, lifeBytes), (copyLines, copyBytes)) = (await life, await copy);
        var (perLife, perCopy) = ((double)lifeBytes / lifeLines, (double)copyBytes / copyLines);
        BenchReport.Note(string.Create(CultureInfo.InvariantCulture,
            $"traces: zstd -19 --long=27 costs {perLife:0.00} bytes/line of the {lifeLines} recorded lines, {perCopy:0.00} of {copyLines} made lines as sent ({skip} skipped): ratio {perCopy / perLife:0.00}, least {LeastRatio:0.00}"));
        if (perCopy / perLife < LeastRatio) throw new InvalidOperationException("The made lines are cheaper than life; sizes would say nothing.");
    }

    private static Task<(int Lines, long Bytes)> CompressAsync(Func<Stream, int> write) => Task.Run(async () =>
    {
        using var zstd = Process.Start(new ProcessStartInfo("zstd", ["-19", "--long=27", "-q", "-c"]) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true })!;
        var bytes = CountAsync(zstd.StandardOutput.BaseStream);
        var lines = write(zstd.StandardInput.BaseStream);
        zstd.StandardInput.Close();
        await zstd.WaitForExitAsync();
        return zstd.ExitCode == 0 ? (lines, await bytes) : throw new InvalidOperationException($"zstd ended with code {zstd.ExitCode}.");
    });

    private static async Task<long> CountAsync(Stream stream)
    {
        var (buffer, count) = (new byte[1 << 16], 0L);
        while (await stream.ReadAsync(buffer) is > 0 and var read) count += read;
        return count;
    }
}
