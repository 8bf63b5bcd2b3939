using Akashi.Platform.Errors;
using Akashi.Platform.Database;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Akashi.Platform.Web;

internal static class HealthRoutes
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapGet("/healthz", () => Results.Text("ok")).SameForEverybody("Says only that the process answers.").ExcludeFromDescription();
        app.MapGet("/readyz", ReadyAsync).SameForEverybody("Says only whether requests can be served.").ExcludeFromDescription();
    }

    private static async Task<IResult> ReadyAsync(AkashiDatabase database, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Patience);
        try
        {
            await database.QueryBeforeTenantAsync<int>("SELECT 1", cancellation: limit.Token);
            return Results.Text("ready");
        }
        catch (Exception e) when (e is Npgsql.NpgsqlException or OperationCanceledException or TimeoutException)
        {
            return new DatabaseAway().ToProblem();
        }
    }
}
