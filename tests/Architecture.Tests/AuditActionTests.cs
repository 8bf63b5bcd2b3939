using System.Reflection;
using System.Text.RegularExpressions;
using Akashi.Platform.Audit;
using Akashi.Platform.Web;
using Akashi.TestKit;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Akashi.Architecture.Tests;

/// <summary>Whatever the audit log can say has a name in both languages.</summary>
public sealed partial class AuditActionTests
{
    private static readonly Assembly[] Assemblies = [typeof(AkashiModule).Assembly, .. Modules.Assemblies];

    [Fact]
    public async Task Actions_WrittenAnywhereInTheSource_HaveANameInBothLanguages()
    {
        await using var server = await TestServer.StartAsync(Modules.All);
        var names = server.Services.GetServices<AuditActionName>().ToList();
        Assert.Equal(names.Count, names.DistinctBy(name => name.Action).Count());
        Assert.All(names, name => Assert.True(Japanese().IsMatch(name.Japanese) && name.English.Length > 3 && !Japanese().IsMatch(name.English), $"{name.Action}: {name.Japanese}, {name.English}"));
        var sources = Sources.All.Select(file => (File: file, Text: File.ReadAllText(file))).ToList();
        Assert.True(sources.Sum(source => Entry().Count(source.Text)) > 30, "the acts were not found");
        Assert.Empty(sources.SelectMany(source => Unnamed(Path.GetFileNameWithoutExtension(source.File), source.Text, names.Select(name => name.Action).ToHashSet(StringComparer.Ordinal))));
    }

    [Theory]
    [InlineData("Probe", "new AuditEntry(\"probe.known\", target)", "")]
    [InlineData("Probe", "new AuditEntry(\"probe.made\", target)", "Probe writes probe.made")]
    [InlineData("AuditRetention", "new AuditEntry(DeleteAction, target)", "AuditRetention writes audit.delete")]
    [InlineData("Probe", "new AuditEntry(AuditRetention.DeleteAction, target)", "Probe writes audit.delete")]
    [InlineData("Probe", "new AuditEntry(ActionOf(step), target) … Step.One => \"probe.one\"", "Probe writes probe.one")]
    [InlineData("Probe", "new AuditEntry(\"probe.\" + step, target)", "Probe makes an action of parts")]
    [InlineData("Probe", "new AuditEntry(ActionOf(step), target)", "Probe writes what cannot be read from it")]
    public void Action_WithoutAName_IsFound(string type, string source, string expected) =>
        Assert.Equal(expected, string.Join('\n', Unnamed(type, source, ["probe.known"])).Replace(AuditRetention.DeleteAction, "audit.delete", StringComparison.Ordinal));

    /// <summary>An action is a literal, a constant, or comes from literals in the same file.</summary>
    private static IEnumerable<string> Unnamed(string type, string source, HashSet<string> names)
    {
        foreach (Match entry in Entry().Matches(source))
        {
            var (argument, next) = (entry.Groups[1].Value, entry.Groups[2].Value);
            if (argument[0] == '"' && next == "+") yield return $"{type} makes an action of parts";
            else if (argument[0] == '"') foreach (var fault in Missing([argument.Trim('"')])) yield return fault;
            else if (ConstantOf(type, argument) is { } constant) foreach (var fault in Missing([constant])) yield return fault;
            else
            {
                var literals = Literal().Matches(source).Select(match => match.Groups[1].Value).ToList();
                if (literals.Count == 0) yield return $"{type} writes what cannot be read from it";
                foreach (var fault in Missing(literals)) yield return fault;
            }
        }

        IEnumerable<string> Missing(IEnumerable<string> actions) => actions.Where(action => !names.Contains(action)).Select(action => $"{type} writes {action}");
    }

    private static string? ConstantOf(string type, string path)
    {
        var parts = path.Split('.');
        var (owner, name) = parts.Length > 1 ? (parts[^2], parts[^1]) : (type, parts[0]);
        return Assemblies.SelectMany(assembly => assembly.GetTypes()).Where(one => one.Name == owner)
            .Select(one => one.GetField(name, BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)).FirstOrDefault(field => field is { IsLiteral: true })?.GetRawConstantValue() as string;
    }

    [GeneratedRegex("""new AuditEntry\(\s*("[^"]*"|[\w.]+)\s*(\S)""", RegexOptions.None, 1000)]
    private static partial Regex Entry();

    [GeneratedRegex("\"([a-z][a-z-]*\\.[a-z][a-z-]*)\"", RegexOptions.None, 1000)]
    private static partial Regex Literal();

    [GeneratedRegex(@"[\p{IsHiragana}\p{IsKatakana}\p{IsCJKUnifiedIdeographs}]", RegexOptions.None, 1000)]
    private static partial Regex Japanese();
}
