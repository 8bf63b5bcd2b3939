using Akashi.Platform.Hosting;
using Akashi.TestKit.Nodes;
using Akashi.TestKit.S3;
using Akashi.TestKit.Service;

namespace Akashi.App.Tests.Nodes;

public sealed class StartTurnTests
{
    /// <summary>Else both would make a master key, and one of them would be lost with all that it sealed.</summary>
    [Fact]
    public async Task Start_WhileAnotherNodeStarts_WaitsBeforeItMakesAnything()
    {
        Assert.SkipWhen(S3Peer.WhySkipped is not null, S3Peer.WhySkipped ?? "");
        await using var pair = await NodePair.PrepareAsync(BuiltPrograms.Server, BuiltPrograms.Server);
        Task starting;
        await using (await StartTurn.TakeAsync(pair.Database.OwnerConnection, TestContext.Current.CancellationToken))
        {
            starting = pair.First.StartAsync();
            const string waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
            await Eventually.HoldsAsync(async () => (await pair.Database.QueryAsOwnerAsync<long>(waiting)).Single() == 1, "the node waits for its turn");
            Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(pair.First.Data, "keys")));
            Assert.Equal(0, (await pair.Database.QueryAsOwnerAsync<long>("SELECT count(*) FROM pg_namespace WHERE nspname IN ('platform', 'identity')")).Single());
        }
        await starting;
        Assert.True(File.Exists(Path.Combine(pair.First.Data, "keys", "master.key")));
    }
}
