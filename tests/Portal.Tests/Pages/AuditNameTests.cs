using System.Text.RegularExpressions;
using Akashi.Platform.Audit;
using Microsoft.Extensions.DependencyInjection;

namespace Akashi.Portal.Tests.Pages;

public sealed partial class AuditNameTests(PortalServer fixture)
{
    /// <summary>People read names of acts, not ids.</summary>
    [Fact]
    public void AuditActions_InTheSource_HaveNamesInBothLanguages()
    {
        var names = fixture.Server.Services.GetServices<AuditActionName>().ToList();
        Assert.All(names, name => Assert.True(name.Japanese.Length > 0 && name.English.Length > 0 && name.Japanese != name.English, name.Action));
        var written = Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.cs", SearchOption.AllDirectories).Where(file => !file.Contains("/obj/", StringComparison.Ordinal))
            .SelectMany(file => Action().Matches(File.ReadAllText(file))).Select(match => match.Groups[1].Value).Distinct(StringComparer.Ordinal).ToList();
        Assert.NotEmpty(written);
        Assert.Empty(written.Except(names.Select(name => name.Action), StringComparer.Ordinal));
    }

    [GeneratedRegex("""new AuditEntry\("([a-z][a-z-]*\.[a-z-]+)"[,)]""", RegexOptions.None, 1000)]
    private static partial Regex Action();
}
