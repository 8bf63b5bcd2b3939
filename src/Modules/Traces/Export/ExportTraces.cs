using Akashi.Platform.Audit;
using Akashi.Platform.Errors;
using Akashi.Platform.Tenancy;
using Akashi.Platform.Web;
using Akashi.Traces.Search;
using Microsoft.AspNetCore.Http;

namespace Akashi.Traces.Export;

/// <summary>
/// GET /api/v1/traces/export, and /traces/export on the console: all matching traces, oldest first, as a stream: the original lines with their own
/// terminators, a table, or JSON lines. What fails in the middle breaks the connection, so that no file looks whole that is not.
/// </summary>
internal static class ExportTraces
{
    /// <param name="format">original (if nothing is said), csv or jsonl.</param>
    /// <param name="columns">Of a table: time, computer, tmid, kind, process, what, user, line, or any field; with commas between.</param>
    /// <param name="run">A UUID by which the export is watched and stopped at <c>exports/{id}</c>; for that the traces are counted, too.</param>
    public static async Task HandleAsync(
        HttpContext context, TraceSearch search, ExportRuns runs, AuditLog audit, FailureLog log, TimeProvider clock,
        string? q, DateTimeOffset? from, DateTimeOffset? to, string? format, string? columns, Guid? run, CancellationToken cancellation)
    {
        if (!ExportFormat.Read(format, columns).TryGet(out var chosen, out var failure))
        {
            await failure.ToProblem().ExecuteAsync(context);
            return;
        }
        var (tenant, query) = (context.Caller().Tenant, string.IsNullOrWhiteSpace(q) ? "*" : q);
        await using var watched = new WatchedExport(tenant, run, runs, clock);
        var outcome = await RunAsync();
        if (outcome.TryGet(out _, out failure)) return;
        if (!context.Response.HasStarted)
        {
            context.Response.Clear();
            await failure.ToProblem().ExecuteAsync(context);
            return;
        }
        log.Write(context, failure);
        context.Abort();

        async Task<Outcome<long>> RunAsync()
        {
            try
            {
                var found = await search.ExportAsync(tenant, query, from, to, async rows =>
                {
                    if (await watched.BeginAsync(context.Caller(), chosen.Name, query, cancel => search.CountAsync(tenant, query, from, to, cancel), cancellation) is { } refusal) throw new ExportEndedException(refusal);
                    await audit.WriteAsync(tenant, AuditActor.Of(context), new AuditEntry(TraceNames.ExportAction, chosen.FileName, After: new { Query = query, from, to, columns }));
                    context.Response.ContentType = chosen.ContentType;
                    context.Response.Headers.ContentDisposition = $"attachment; filename=\"{chosen.FileName}\"";
                    return await chosen.WriteAsync(watched.FollowAsync(rows, context.Response.StartAsync, cancellation), context.Response.Body, cancellation);
                }, cancellation);
                await watched.EndAsync(found.Failure);
                return found;
            }
            catch (ExportEndedException ended)
            {
                await watched.EndAsync(ended.Failure);
                return ended.Failure;
            }
            catch (Exception e)
            {
                await watched.EndAsync(e is OperationCanceledException ? new ExportStopped() : new ExportBroken());
                throw; // the connection breaks, and the log tells why
            }
        }
    }
}
