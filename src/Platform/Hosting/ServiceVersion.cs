using System.Reflection;

namespace Akashi.Platform.Hosting;

/// <summary>Which build this is.</summary>
public static class ServiceVersion
{
    private const int MaximumLength = 40;

    /// <summary>For example <c>0.1.0+1f0c4a9…</c>, as the build wrote it.</summary>
    public static string Text { get; } = Read();

    private static string Read()
    {
        var text = typeof(ServiceVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "";
        return text.Length <= MaximumLength ? text : text[..MaximumLength];
    }
}
