using System.Reflection;
using System.Text.RegularExpressions;
using Akashi.Platform.Mail;
using Akashi.Platform.Web;
using Xunit;

namespace Akashi.Architecture.Tests;

/// <summary>Every mail that any module can write, in both languages.</summary>
public sealed partial class MailTemplateTests
{
    private const int MaximumSubject = 40;

    public static TheoryData<string> Names => [.. Templates.Keys];

    private static readonly Dictionary<string, MailTemplate> Templates = Modules.Assemblies.Append(typeof(AkashiModule).Assembly)
        .SelectMany(assembly => assembly.GetTypes())
        .SelectMany(type => type.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic))
        .Where(field => field.FieldType == typeof(MailTemplate))
        .Select(field => (MailTemplate)field.GetValue(null)!)
        .ToDictionary(template => template.Name, StringComparer.Ordinal);

    [Theory]
    [MemberData(nameof(Names))]
    public void Template_InBothLanguages_LeavesNoPlaceOpenAndReadsWell(string name)
    {
        var template = Templates[name];
        Assert.Equal(PlacesOf(template.JapaneseSubject + template.JapaneseText).Order(), PlacesOf(template.EnglishSubject + template.EnglishText).Order());
        foreach (var (subject, text) in new[] { (template.JapaneseSubject, template.JapaneseText), (template.EnglishSubject, template.EnglishText) })
        {
            Assert.DoesNotContain('{', Place().Replace(subject + text, "value")); // a place that is misspelt stays as it is
            Assert.InRange(Place().Replace(subject, "").Sum(letter => char.IsAscii(letter) ? 0.5 : 1), 1, MaximumSubject);
            Assert.DoesNotContain('\n', subject);
            // A link stands alone, or mail programs take what follows into it.
            Assert.All(text.Split('\n').Where(line => line.Contains("{Link}", StringComparison.Ordinal)), line => Assert.Equal("{Link}", line.Trim()));
        }
    }

    [Fact]
    public void Templates_AreFound() => Assert.Contains("identity.first-access", Templates.Keys);

    private static IEnumerable<string> PlacesOf(string text) => Place().Matches(text).Select(match => match.Value).Distinct(StringComparer.Ordinal);

    [GeneratedRegex(@"\{[A-Za-z][A-Za-z0-9]*\}", RegexOptions.None, 1000)]
    private static partial Regex Place();
}
