using System.Net;
using System.Globalization;
using Akashi.Agent.Protocol;
using Akashi.Platform.Web;
using Akashi.TestKit.Service;
using Akashi.TestKit.Terminals;

namespace Akashi.App.Tests.Receiving;

/// <summary>Hostile uploads over the real agent host: a permanent code comes back, and nothing stays behind.</summary>
[Collection(SharedService.Name)]
public sealed class BadBatchTests(ServiceFixture fixture)
{
    /// <summary>The codes after which an agent sets a batch aside.</summary>
    private static readonly HttpStatusCode[] Permanent = [HttpStatusCode.BadRequest, HttpStatusCode.Conflict, HttpStatusCode.RequestEntityTooLarge, HttpStatusCode.UnsupportedMediaType, HttpStatusCode.UnprocessableEntity];
    private static readonly TimeProvider Clock = TimeProvider.System;

    private RunningService Service => fixture.Service;

    [Fact]
    public async Task Put_HostileZips_ArePermanentlyRefusedAndLeaveNothing()
    {
        const long mebibyte = 1 << 20, allowedGrowth = 600 * mebibyte;
        using var terminal = await TestTerminal.EnrolAsync(Service);
        Assert.True((await terminal.PutAsync(TestBatch.Of(terminal.Tmid, Clock.GetUtcNow(), "a sound batch first"))).Stored);
        var before = await StoredState.SettledAsync(Service);
        var memory = PeakMemory();

        foreach (var (what, (make, code)) in HostileBatches.All)
        {
            var name = TestBatch.NewName(terminal.Tmid, Clock.GetUtcNow());
            var answer = await terminal.PutAsync(name.FileName, make(name));
            Assert.True(answer.Code == code && Permanent.Contains(answer.Status), $"{what}: {(int)answer.Status} {answer.Code} instead of {code}");
        }

        Assert.Equal(before, await StoredState.OfAsync(Service));
        var grown = PeakMemory() - memory;
        TestContext.Current.TestOutputHelper?.WriteLine($"{HostileBatches.All.Count} hostile zips raised the server's peak memory by {grown / mebibyte} MiB.");
        Assert.True(grown < allowedGrowth, $"hostile zips cost {grown / mebibyte} MiB of memory");
    }

    [Fact]
    public async Task Put_ManySmallZipsThatPromiseMuch_DoNotExhaustMemory()
    {
        const int count = 300;
        // Unpacked they would be 30 GB; nothing is kept of what is unpacked, and of the zips themselves 256 MB at most.
        const long allowedGrowth = 512L << 20;
        using var terminal = await TestTerminal.EnrolAsync(Service);
        var memory = PeakMemory();
        // 100 KB that promise 100 MB each: within what deflate can do.
        var zeros = HostileZip.DeflatedZeros(100L << 20);
        var answers = await Task.WhenAll(Enumerable.Range(0, count).Select(async _ =>
        {
            var name = TestBatch.NewName(terminal.Tmid, Clock.GetUtcNow());
            return await terminal.PutAsync(name.FileName, HostileZip.Of([new HostileEntry(name.EntryName, zeros, 0, 100 << 20)]));
        }));

        Assert.Empty(answers.GroupBy(answer => answer.Code).Where(group => group.Key is not ("zip-crc" or "receive-busy" or "too-many-waiting")).Select(group => $"{group.Key}: {group.Count()}"));
        Assert.All(answers.Where(answer => answer.Code != "zip-crc"), answer => Assert.NotNull(answer.RetryAfter));
        var grown = PeakMemory() - memory;
        TestContext.Current.TestOutputHelper?.WriteLine($"{count} at once raised the peak by {grown >> 20} MiB; {answers.Count(answer => answer.Code == "zip-crc")} were unpacked.");
        Assert.True(grown < allowedGrowth, $"{grown >> 20} MiB");
    }

    [Fact]
    public async Task Put_TenMillionEntriesInFull_IsRefusedBeforeTheBodyIsSent()
    {
        const long bytes = 10_000_000L * (46 + 30 + 2);
        using var terminal = await TestTerminal.EnrolAsync(Service);
        var name = TestBatch.NewName(terminal.Tmid, Clock.GetUtcNow());
        using var request = new HttpRequestMessage(HttpMethod.Put, new Uri(AgentRoutes.Batches + name.FileName, UriKind.Relative)) { Content = new NeverSent(bytes) };
        request.Headers.ExpectContinue = true;
        using var answer = await terminal.Client.SendAsync(request);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        Assert.Equal("batch-too-large", (await BatchAnswer.ReadAsync(answer)).Code);
    }

    [Fact]
    public async Task Put_OtherTerminalsName_IsRefused()
    {
        using var terminal = await TestTerminal.EnrolAsync(Service);
        using var other = await TestTerminal.EnrolAsync(Service);
        var before = await StoredState.SettledAsync(Service);
        var answer = await terminal.PutAsync(TestBatch.Of(other.Tmid, Clock.GetUtcNow(), "x"));

        Assert.Equal((HttpStatusCode.UnprocessableEntity, "wrong-terminal"), (answer.Status, answer.Code));
        Assert.Equal(before, await StoredState.OfAsync(Service));
    }

    [Theory]
    [InlineData("x.zip")]
    [InlineData("{0}_202611211200000-0123456789abcdef0123456789abcde.zip")]
    [InlineData("{0}_202613211200000-0123456789abcdef0123456789abcdef.zip")]
    [InlineData("{0}_202611211200000-0123456789abcdef0123456789abcdef.ZIP")]
    [InlineData("../{0}_202611211200000-0123456789abcdef0123456789abcdef.zip")]
    [InlineData("{0}_202611211200000-0123456789abcdef0123456789abcde\u00e9.zip")]
    public async Task Put_NameThatIsNone_IsRefused(string pattern)
    {
        using var terminal = await TestTerminal.EnrolAsync(Service);
        var answer = await terminal.PutAsync(string.Format(CultureInfo.InvariantCulture, pattern, terminal.Tmid), [1, 2, 3]);
        Assert.Equal((HttpStatusCode.BadRequest, "batch-name-invalid"), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task Put_SameIdOtherBytes_IsRefusedAndTheFirstStays()
    {
        using var terminal = await TestTerminal.EnrolAsync(Service);
        var first = TestBatch.Of(terminal.Tmid, Clock.GetUtcNow(), "first");
        Assert.True((await terminal.PutAsync(first)).Stored);
        var before = await StoredState.SettledAsync(Service);

        var again = await terminal.PutAsync(first);
        var other = await terminal.PutAsync(TestBatch.Of(first.Name, "second\n"u8.ToArray()));

        Assert.Equal((HttpStatusCode.OK, false), (again.Status, again.Stored));
        Assert.Equal((HttpStatusCode.Conflict, "batch-differs"), (other.Status, other.Code));
        Assert.Equal(before, await StoredState.OfAsync(Service));
    }

    [Fact]
    public async Task Put_WithoutLength_IsRefused()
    {
        using var terminal = await TestTerminal.EnrolAsync(Service);
        using var request = new HttpRequestMessage(HttpMethod.Put, new Uri(AgentRoutes.Batches + TestBatch.NewName(terminal.Tmid, Clock.GetUtcNow()).FileName, UriKind.Relative)) { Content = new ByteArrayContent([1]) };
        request.Headers.TransferEncodingChunked = true;
        using var answer = await terminal.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.LengthRequired, answer.StatusCode);
    }

    private long PeakMemory()
    {
        var pid = Service.Programs.Pid(ServicePrograms.Server);
        var line = File.ReadLines(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/status")).Single(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
    }

    /// <summary>A body that is announced; asking for its bytes fails the test.</summary>
    private sealed class NeverSent(long bytes) : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => throw new InvalidOperationException("The body was asked for.");

        protected override bool TryComputeLength(out long length)
        {
            length = bytes;
            return true;
        }
    }
}
