using Akashi.Platform.Calendar;
using Akashi.Platform.Events;
using Microsoft.AspNetCore.Http;

namespace Akashi.Operations.Events;

/// <summary>GET /api/v1/events: consumers, and what was set aside, newest first.</summary>
internal static class EventApi
{
    internal sealed record ConsumerAnswer(string Consumer, string EventType, long Waiting, long Failed, DateTimeOffset? Oldest);

    internal sealed record FailureAnswer(string Tenant, string Consumer, long EventId, string Type, DateTimeOffset PublishedAt, int Attempts, string? Error);

    /// <param name="Next">For <c>before</c> of the next page; null after the last.</param>
    internal sealed record EventsAnswer(IReadOnlyList<ConsumerAnswer> Consumers, IReadOnlyList<FailureAnswer> SetAside, long? Next);

    public static async Task<IResult> ListAsync(EventJournal journal, long? before, CancellationToken cancellation)
    {
        var failures = await journal.ListFailuresAsync(before, cancellation);
        var consumers = await journal.ListConsumersAsync(cancellation);
        return Results.Json(new EventsAnswer(
            [.. consumers.Select(one => new ConsumerAnswer(one.Consumer, one.EventType, one.Waiting, one.Failed, one.Oldest?.ToOffset(JstDay.Offset)))],
            [.. failures.Select(one => new FailureAnswer(one.Tenant.ToString(), one.Consumer, one.EventId, one.Type, one.PublishedAt.ToOffset(JstDay.Offset), one.Attempts, one.Error))],
            failures.Count == EventJournal.PageSize ? failures[^1].EventId : null));
    }
}
