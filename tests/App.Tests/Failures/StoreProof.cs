using Akashi.TestKit.Service;

namespace Akashi.App.Tests.Failures;

/// <summary>What must hold of a store after anything that happened to it.</summary>
internal static class StoreProof
{
    /// <summary>Everything archived has become searchable.</summary>
    public static Task IndexedAsync(RunningService service) => Eventually.HoldsAsync(async () =>
    {
        try
        {
            return await service.Database.SingleAsync<long>("SELECT count(*) FROM traces.pending_batch") == 0;
        }
        catch (Npgsql.NpgsqlException)
        {
            return false; // it is just coming back
        }
    }, "nothing is pending", TimeSpan.FromMinutes(3));

    public static async Task VerifiedAsync(RunningService service)
    {
        var verify = await service.VerifyAsync();
        Assert.True(verify.Code == 0 && verify.Output.Contains("verify: clean", StringComparison.Ordinal), verify.Output + verify.Errors);
    }
}
