using System.Globalization;
using Akashi.Platform.Audit;
using Akashi.Platform.Errors;
using Akashi.Portal.Contracts;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.WebUtilities;

namespace Akashi.Operations.Audit;

/// <summary>What the address says, the same on pages and in the API. Times are ISO 8601, in Japan time when they have no offset.</summary>
internal sealed record AuditQuery
{
    [FromQuery(Name = "from")]
    public string? From { get; init; }

    [FromQuery(Name = "to")]
    public string? To { get; init; }

    [FromQuery(Name = "actor")]
    public string? Actor { get; init; }

    [FromQuery(Name = "action")]
    public string? Action { get; init; }

    [FromQuery(Name = "target")]
    public string? Target { get; init; }

    /// <summary>Where the page before ended.</summary>
    [FromQuery(Name = "after")]
    public string? After { get; init; }

    [FromQuery(Name = "limit")]
    public string? Limit { get; init; }

    /// <param name="defaultLimit">When the address names none.</param>
    public Outcome<AuditRequest> Read(int defaultLimit)
    {
        if (!TryReadTime(From, out var from)) return new FieldInvalid("from", From, "2026-04-01T09:00:00+09:00");
        if (!TryReadTime(To, out var to)) return new FieldInvalid("to", To, "2026-04-01T09:00:00+09:00");
        foreach (var (name, text) in new[] { ("actor", Actor), ("action", Action), ("target", Target) })
            if (text is { Length: > AuditFilter.MaximumText }) return new FieldInvalid(name, text, $"≤ {AuditFilter.MaximumText}");
        AuditPosition? after = null;
        if (!string.IsNullOrEmpty(After) && !AuditPosition.TryParse(After, out after)) return new FieldInvalid("after", After, "next");
        var limit = defaultLimit;
        if (!string.IsNullOrEmpty(Limit) && !(int.TryParse(Limit, NumberStyles.None, CultureInfo.InvariantCulture, out limit) && limit is >= 1 and <= AuditSearch.MaximumPage))
            return new FieldInvalid("limit", Limit, $"1–{AuditSearch.MaximumPage}");
        return new AuditRequest(new AuditFilter(from, to, Actor?.Trim() ?? "", Action?.Trim() ?? "", Target?.Trim() ?? ""), after, limit);
    }

    /// <summary>Address of the same entries somewhere else: another page, a file, one entry's panel.</summary>
    /// <param name="after">Absent for downloads and the first page.</param>
    public string AddressOf(string path, string? after = null)
    {
        var parameters = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var (name, text) in new[] { ("from", From), ("to", To), ("actor", Actor), ("action", Action), ("target", Target), ("after", after) })
            if (!string.IsNullOrEmpty(text)) parameters[name] = text;
        return QueryHelpers.AddQueryString(path, parameters);
    }

    private static bool TryReadTime(string? text, out DateTimeOffset? time)
    {
        time = null;
        if (string.IsNullOrEmpty(text)) return true;
        if (Jst.TryParse(text, out var read)) time = read;
        return time is not null;
    }
}

internal sealed record AuditRequest(AuditFilter Filter, AuditPosition? After, int Limit);
