using System.Text.Json;
using Akashi.Agent.Protocol;
using Akashi.TestKit.Service;
using Akashi.TestKit.Terminals;

namespace Akashi.App.Tests.Recording;

/// <summary>The real agent with batches that the service refuses for good: kept aside, counted, reported; everything else goes on.</summary>
[Collection(SharedRecordingService.Name)]
public sealed class SetAsideTests(RecordingServiceFixture fixture)
{
    [Fact]
    public async Task Agent_RefusedBatches_AreSetAsideCountedAndReported()
    {
        Needs.Root("recording every process of the machine");
        var service = fixture.Service;
        using var api = service.CreateApi();
        var agent = Path.Combine(service.Data, "agent");
        await Eventually.HoldsAsync(() => File.Exists(Path.Combine(agent, "terminal.pem")), "the agent is enrolled");
        var tmid = Tmid.Parse((await File.ReadAllTextAsync(Path.Combine(agent, "tmid"))).Trim());
        var now = TimeProvider.System.GetUtcNow();
        var cut = TestBatch.Of(tmid, now, "x");
        var foreign = TestBatch.Of(Tmid.Parse(Guid.CreateVersion7().ToString("D")), now, "x");
        await File.WriteAllBytesAsync(Path.Combine(agent, "spool", cut.Name.FileName), cut.Zip[..^7]);
        await File.WriteAllBytesAsync(Path.Combine(agent, "spool", foreign.Name.FileName), foreign.Zip);

        // At its next start the agent finds them waiting, as it would after a damaged disk.
        var killed = service.Programs.Pid(ServicePrograms.Agent);
        ServicePrograms.Signal("KILL", killed);
        await service.Programs.RunsAgainAsync(ServicePrograms.Agent, killed);

        string[] names = [cut.Name.FileName, foreign.Name.FileName];
        await Eventually.HoldsAsync(() => names.All(name => File.Exists(Path.Combine(agent, "rejected", name))), "both batches lie aside");
        Assert.Equal(cut.Zip[..^7], await File.ReadAllBytesAsync(Path.Combine(agent, "rejected", cut.Name.FileName)));
        Assert.DoesNotContain(names, name => File.Exists(Path.Combine(agent, "spool", name)));
        await Eventually.HoldsAsync(async () => (await StatusOfAsync(agent)).GetProperty("batchesRejected").GetInt64() == names.Length, "the agent counts both");
        await Eventually.HoldsAsync(async () => await RejectedOfAsync(api, tmid) == names.Length, "the terminals list counts both");
        foreach (var (name, code) in (IEnumerable<(string, string)>)[(cut.Name.FileName, "zip-truncated"), (foreign.Name.FileName, "wrong-terminal")])
        {
            var query = $"evt:sys subEvt:outDsk batch:\"{name}\" code:{code}";
            await Eventually.HoldsAsync(async () => await api.CountAsync(query) == 1, $"'{query}' is found");
        }
        Assert.Equal(0, await service.Database.SingleAsync<long>("SELECT count(*) FROM traces.batch WHERE file_name = ANY(@names)", new { names }));
        var sent = (await StatusOfAsync(agent)).GetProperty("batchesSent").GetInt64();
        await Eventually.HoldsAsync(async () => (await StatusOfAsync(agent)).GetProperty("batchesSent").GetInt64() > sent, "the agent goes on sending");
    }

    private static async Task<JsonElement> StatusOfAsync(string agent)
    {
        using var status = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(agent, "status.json")));
        return status.RootElement.Clone();
    }

    private static async Task<long> RejectedOfAsync(ServiceApi api, Tmid tmid)
    {
        using var list = JsonDocument.Parse(await api.Client.GetStringAsync(new Uri($"/api/v1/terminals?search={tmid}", UriKind.Relative)));
        return list.RootElement.GetProperty("rows").EnumerateArray().Single().GetProperty("rejectedBatches").GetInt64();
    }
}
