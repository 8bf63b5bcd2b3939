using System.Globalization;
using Akashi.Platform.Audit;
using Akashi.Platform.Errors;
using Akashi.Platform.Events;
using Akashi.Platform.Tenancy;
using Akashi.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace Akashi.Operations.Events;

/// <summary>POST /events/replay on the console and in the API: one event that was set aside is tried again.</summary>
internal static class ReplayEvent
{
    public const string Action = "event.replay";

    /// <param name="Tenant">32 hex digits.</param>
    internal sealed record ReplayInput(string Tenant, string Consumer, long EventId);

    public static async Task<IResult> PostAsync(IFormCollection form, HttpContext context, EventJournal journal, AuditLog audit)
    {
        var number = long.TryParse(form["eventId"], NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0;
        return await TryAsync(new ReplayInput(form["tenant"].ToString(), form["consumer"].ToString(), number), context, journal, audit) is { } failure
            ? failure.ToProblem()
            : Results.Redirect(EventRoutes.Path + "?done=One");
    }

    public static async Task<IResult> ApiAsync(ReplayInput input, HttpContext context, EventJournal journal, AuditLog audit) =>
        await TryAsync(input, context, journal, audit) is { } failure ? failure.ToProblem() : Results.Accepted();

    private static async Task<Failure?> TryAsync(ReplayInput input, HttpContext context, EventJournal journal, AuditLog audit)
    {
        if (!TenantId.TryParse(input.Tenant, out var tenant)) return new EventNotSetAside();
        await audit.WriteAsync(context.Caller().Tenant, AuditActor.Of(context), new AuditEntry(Action, string.Create(CultureInfo.InvariantCulture, $"{Quoted.Of(input.Consumer)} {input.EventId}")));
        return await journal.ReplayAsync(tenant, input.Consumer ?? "", input.EventId, context.RequestAborted) ? null : new EventNotSetAside();
    }
}
