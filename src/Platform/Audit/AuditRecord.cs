using System.Globalization;
using System.Text;
using Akashi.Platform.Tenancy;

namespace Akashi.Platform.Audit;

/// <summary>One entry as it is stored.</summary>
/// <param name="Before">JSON, or null.</param>
/// <param name="After">JSON, or null.</param>
public sealed record AuditRecord(
    Guid Id, DateTimeOffset At, string ActorKind, string Actor, string ActorName, TenantId? OperatorTenant, string Address,
    string Action, string Target, string? Before, string? After)
{
    /// <summary>
    /// The bytes whose hash is the leaf: a JSON object in UTF-8 without white space, members in this order, in strings only <c>"</c>,
    /// <c>\</c> and the controls below U+0020 escaped, the latter as <c>\u00xx</c>; <c>before</c> and <c>after</c> as they were written.
    /// Written by hand, because a library's escaping changes with its version and the leaf must never.
    /// </summary>
    public byte[] ToLeaf(TenantId tenant)
    {
        var json = new StringBuilder(256).Append("{\"v\":1");
        Add(json, "tenant", tenant.ToString());
        Add(json, "id", Id.ToString("N"));
        Add(json, "at", At.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture));
        Add(json, "actorKind", ActorKind);
        Add(json, "actor", Actor);
        Add(json, "actorName", ActorName);
        Add(json, "operatorTenant", OperatorTenant?.ToString());
        Add(json, "address", Address);
        Add(json, "action", Action);
        Add(json, "target", Target);
        json.Append(",\"before\":").Append(Before ?? "null").Append(",\"after\":").Append(After ?? "null").Append('}');
        return Encoding.UTF8.GetBytes(json.ToString());
    }

    internal static AuditRecord Create(AuditActor actor, AuditEntry entry, DateTimeOffset now)
    {
        // PostgreSQL keeps microseconds; the leaf must be made again from what will be read back.
        var at = new DateTimeOffset(now.UtcTicks - (now.UtcTicks % TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);
        return new AuditRecord(
            Guid.CreateVersion7(at), at, actor.Kind, AuditText.Clean(actor.Subject, AuditText.MaximumSubject), AuditText.Clean(actor.Name, AuditText.MaximumSubject),
            actor.OperatorOf, AuditText.Clean(actor.Address, AuditText.MaximumAddress), AuditText.Clean(entry.Action, AuditText.MaximumSubject),
            AuditText.Clean(entry.Target, AuditText.MaximumTarget), AuditText.ToJson(entry.Before), AuditText.ToJson(entry.After));
    }

    private static void Add(StringBuilder json, string name, string? value)
    {
        json.Append(",\"").Append(name).Append("\":");
        if (value is null)
        {
            json.Append("null");
            return;
        }
        json.Append('"');
        foreach (var character in value)
        {
            if (character is '"' or '\\') json.Append('\\').Append(character);
            else if (character < ' ') json.Append("\\u").Append(((int)character).ToString("x4", CultureInfo.InvariantCulture));
            else json.Append(character);
        }
        json.Append('"');
    }
}
