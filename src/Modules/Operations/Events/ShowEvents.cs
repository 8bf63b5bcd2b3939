using Akashi.Identity.Contracts;
using Akashi.Platform.Events;
using Akashi.Platform.Tenancy;
using Akashi.Platform.Web;
using Akashi.Portal.Contracts;
using Microsoft.AspNetCore.Http;

namespace Akashi.Operations.Events;

internal sealed record EventsView(
    IReadOnlyList<ConsumerBacklog> Consumers, IReadOnlyList<EventFailure> Failures, IReadOnlyDictionary<TenantId, TenantSummary> Tenants, bool First, bool MayReplay, string? Done, DateTimeOffset Now)
{
    public string? Next => Failures.Count == EventJournal.PageSize ? $"{EventRoutes.Path}?before={Failures[^1].EventId}" : null;
}

/// <summary>GET /events on the console: how far consumers are, and what was set aside.</summary>
internal static class ShowEvents
{
    public static async Task<IResult> HandleAsync(HttpContext context, EventJournal journal, TenantDirectory tenants, TimeProvider clock, long? before, string? done)
    {
        var failures = await journal.ListFailuresAsync(before, context.RequestAborted);
        object view = new EventsView(
            await journal.ListConsumersAsync(context.RequestAborted), failures, await tenants.FindAllAsync(failures.Select(failure => failure.Tenant), context.RequestAborted),
            before is null, context.Caller().Permissions.Contains(Permission.ServiceManage), done, clock.GetUtcNow());
        return Page.Show<EventsPage>(new { Model = view });
    }
}
