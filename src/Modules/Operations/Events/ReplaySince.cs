using Akashi.Identity.Contracts;
using Akashi.Platform.Audit;
using Akashi.Platform.Errors;
using Akashi.Platform.Events;
using Akashi.Platform.Web;
using Akashi.Portal.Contracts;
using Microsoft.AspNetCore.Http;

namespace Akashi.Operations.Events;

/// <summary>POST /events/replay-since on the console and in the API: a consumer handles all stored events since a time, for every tenant.</summary>
internal static class ReplaySince
{
    public const string Action = "event.replay-since";

    /// <param name="Since">ISO 8601; Japan time without an offset.</param>
    internal sealed record ReplaySinceInput(string Consumer, string Since);

    internal sealed record ReplaySinceAnswer(long Events);

    public static async Task<IResult> PostAsync(IFormCollection form, HttpContext context, EventJournal journal, TenantDirectory tenants, AuditLog audit) =>
        (await TryAsync(new ReplaySinceInput(form["consumer"].ToString(), form["since"].ToString()), context, journal, tenants, audit)).TryGet(out _, out var failure)
            ? Results.Redirect(EventRoutes.Path + "?done=Since")
            : failure.ToProblem();

    public static async Task<IResult> ApiAsync(ReplaySinceInput input, HttpContext context, EventJournal journal, TenantDirectory tenants, AuditLog audit) =>
        (await TryAsync(input, context, journal, tenants, audit)).TryGet(out var count, out var failure) ? Results.Json(new ReplaySinceAnswer(count)) : failure.ToProblem();

    private static async Task<Outcome<long>> TryAsync(ReplaySinceInput input, HttpContext context, EventJournal journal, TenantDirectory tenants, AuditLog audit)
    {
        if (!Jst.TryParse(input.Since, out var since)) return new FieldInvalid("since", input.Since, "2026-04-01T09:00:00+09:00");
        await audit.WriteAsync(context.Caller().Tenant, AuditActor.Of(context), new AuditEntry(Action, Quoted.Of(input.Consumer), null, new { Since = since }));
        var count = 0L;
        foreach (var tenant in await tenants.ListAsync(context.RequestAborted))
        {
            if (await journal.ReplayAsync(tenant.Id, input.Consumer ?? "", since, context.RequestAborted) is not { } found) return new ConsumerNotFound(input.Consumer);
            count += found;
        }
        return count;
    }
}
