using System.Text.Encodings.Web;
using System.Text.Json;

namespace Akashi.Operations.Audit;

/// <summary>One value before and after an act.</summary>
/// <param name="Name">Member of the record; empty when the whole is one value.</param>
/// <param name="Before">Null when there was none.</param>
/// <param name="After">Null when there is none.</param>
internal sealed record AuditChange(string Name, string? Before, string? After)
{
    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public bool Changed => Before != After;

    /// <summary>All values of both, in the order in which they were written.</summary>
    public static IReadOnlyList<AuditChange> Between(string? before, string? after)
    {
        var (old, now) = (MembersOf(before), MembersOf(after));
        return [.. old.Keys.Concat(now.Keys).Distinct(StringComparer.Ordinal).Select(name => new AuditChange(name, old.GetValueOrDefault(name), now.GetValueOrDefault(name)))];
    }

    private static Dictionary<string, string> MembersOf(string? json)
    {
        if (json is null) return [];
        using var document = JsonDocument.Parse(json);
        var members = new Dictionary<string, string>(StringComparer.Ordinal);
        if (document.RootElement.ValueKind != JsonValueKind.Object) members[""] = TextOf(document.RootElement);
        else foreach (var member in document.RootElement.EnumerateObject()) members[member.Name] = TextOf(member.Value);
        return members;
    }

    private static string TextOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Null => "–",
        JsonValueKind.Array when value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String) => string.Join(", ", value.EnumerateArray().Select(item => item.GetString())),
        _ => JsonSerializer.Serialize(value, Readable),
    };
}
