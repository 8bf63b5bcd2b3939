using System.Reflection;
using System.Text.Json;

namespace Akashi.Platform.Events;

/// <summary>
/// Names an event for ever: a record in the <c>Contracts</c> of the module in which it happens. New members must be optional; a change that
/// old readers would misread takes the next version.
/// </summary>
/// <param name="name">For example <c>endpoints.terminal-enrolled</c>.</param>
[AttributeUsage(AttributeTargets.Class)]
public sealed class EventTypeAttribute(string name, int version = 1) : Attribute
{
    public string Name => name;

    public int Version => version;
}

/// <summary>How events are written down.</summary>
internal static class EventFormat
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web);

    /// <exception cref="InvalidOperationException">The record carries no <see cref="EventTypeAttribute"/>.</exception>
    public static EventTypeAttribute TypeOf(Type type) =>
        type.GetCustomAttribute<EventTypeAttribute>() ?? throw new InvalidOperationException($"{type.FullName} is no event: give it an [EventType(\"module.what-happened\")].");

    public static string Write<T>(T happened) => JsonSerializer.Serialize(happened, Options);

    /// <exception cref="InvalidOperationException">A newer server wrote it; that one will deliver it.</exception>
    public static T Read<T>(string body, int version)
    {
        var type = TypeOf(typeof(T));
        if (version > type.Version) throw new InvalidOperationException($"The event '{type.Name}' is of version {version}; this server reads up to {type.Version}.");
        return JsonSerializer.Deserialize<T>(body, Options) ?? throw new JsonException("The event is empty.");
    }
}
