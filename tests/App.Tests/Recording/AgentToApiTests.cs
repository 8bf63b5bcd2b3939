using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.Json;
using Akashi.TestKit.Service;

namespace Akashi.App.Tests.Recording;

/// <summary>What really happens on this machine is found through the API.</summary>
[Collection(SharedRecordingService.Name)]
public sealed class AgentToApiTests(RecordingServiceFixture fixture)
{
    private const string WhyRoot = "recording every process of the machine";

    [Fact]
    public async Task Search_ProcessThatWroteAndConnected_FindsAllThreeUnderOnePsGuid()
    {
        Needs.Root(WhyRoot);
        using var api = fixture.Service.CreateApi();
        var marker = NewMarker();
        var file = fixture.Service.Scratch(marker + ".txt");
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;

        // bash itself writes the file and opens the connection; the marker is in its command line only. It has ended when the file is told of.
        await ProgramRun.OutputOfAsync("bash", "-c", $"echo proof >\"$1\"; exec 3<>/dev/tcp/127.0.0.1/{port}", "bash", file, marker + "-process");
        var began = Stopwatch.GetTimestamp();

        var start = await FindAsync(api, $"evt:ps subEvt:start cmd:*{marker}-process*");
        var guid = start.Fields["psGUID"];
        var closed = await FindAsync(api, $"evt:file subEvt:close path:\"{file}\"");
        var connection = await FindAsync(api, $"evt:net subEvt:con dstPort:{port} psGUID:\"{guid}\"");
        TestContext.Current.TestOutputHelper?.WriteLine($"All three found after {Stopwatch.GetElapsedTime(began).TotalSeconds:0.0} s.");

        Assert.EndsWith("bash", start.Fields["psPath"], StringComparison.Ordinal);
        Assert.Equal(guid, closed.Fields["psGUID"]);
        Assert.Equal("6", closed.Fields["size"]);
        Assert.Equal(start.Fields["psID"], connection.Fields["psID"]);
        Assert.Equal("127.0.0.1", connection.Fields["dstIP"]);
    }

    [Fact]
    public async Task Search_ThousandShortProcesses_FindsEachStartOnceWithItsCommandLine()
    {
        Needs.Root(WhyRoot);
        const int count = 1000;
        using var api = fixture.Service.CreateApi();
        var marker = NewMarker();

        await ProgramRun.OutputOfAsync("bash", "-c", $"for n in $(seq {count}); do /bin/true {marker}-$n; done");
        // Starts whose command line could not be read carry no marker: the parent identifies them. $0 names the shell alone.
        var parent = await FindAsync(api, $"evt:ps subEvt:start psPath:*bash cmd:*seq*{marker}*");
        var query = $"evt:ps subEvt:start parentGUID:\"{parent.Fields["psGUID"]}\" psPath:*/true";
        await Eventually.HoldsAsync(async () => await api.CountAsync(query) >= count, $"{count} starts are found");
        var starts = await api.SearchAsync(query);

        Assert.Equal(count, starts.Count);
        var complete = starts.Where(start => start.Fields.GetValueOrDefault("cmd", "").Contains(marker, StringComparison.Ordinal)).ToList();
        TestContext.Current.TestOutputHelper?.WriteLine($"{complete.Count} of {count} starts have their command line.");
        Assert.True(complete.Count >= 0.999 * count, $"only {complete.Count} of {count} have a command line");
        Assert.Equal(complete.Count, complete.Select(start => start.Fields["cmd"]).Distinct(StringComparer.Ordinal).Count());
        Assert.All(starts.Except(complete), start => Assert.Contains("incomplete", start.Line, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Status_AfterRecording_CountsWhatWasLeftOutAndLostNothingInSilence()
    {
        Needs.Root(WhyRoot);
        var path = Path.Combine(fixture.Service.Data, "agent", "status.json");
        await Eventually.HoldsAsync(() => File.Exists(path), "the agent wrote its status");
        using var status = JsonDocument.Parse(await File.ReadAllTextAsync(path));

        Assert.Equal(["Connection", "File", "Process"], status.RootElement.GetProperty("sources").EnumerateObject().Select(source => source.Name).Order(StringComparer.Ordinal));
        // On a crowded machine the kernel's queues may overflow; then a record says so.
        using var api = fixture.Service.CreateApi();
        foreach (var lost in status.RootElement.GetProperty("lost").EnumerateObject().Where(lost => lost.Value.GetInt64() > 0))
            await Eventually.HoldsAsync(async () => await api.CountAsync("evt:sys subEvt:outDsk") > 0, $"a record tells of {lost.Value} lost events of {lost.Name}");
    }

    private static string NewMarker() => "MARK" + RandomNumberGenerator.GetHexString(12, lowercase: true);

    private static async Task<ApiTrace> FindAsync(ServiceApi api, string query)
    {
        IReadOnlyList<ApiTrace> found = [];
        await Eventually.HoldsAsync(async () => (found = await api.SearchAsync(query)).Count > 0, string.Create(CultureInfo.InvariantCulture, $"'{query}' is found"));
        return Assert.Single(found);
    }
}
