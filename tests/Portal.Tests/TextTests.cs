using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Akashi.Portal.Tests;

public sealed partial class TextTests
{
    public static TheoryData<string> TextFiles => [.. Repository.ModuleFiles("Text.resx").Select(file => Path.GetRelativePath(Repository.Root, file))];

    [Theory]
    [MemberData(nameof(TextFiles))]
    public void Texts_JapaneseAndEnglish_HaveTheSameKeysAndPlaces(string file)
    {
        var japanese = Read(Path.Combine(Repository.Root, file));
        var english = Read(Path.Combine(Repository.Root, file.Replace("Text.resx", "Text.en.resx", StringComparison.Ordinal)));
        Assert.Equal(japanese.Keys.Order(StringComparer.Ordinal), english.Keys.Order(StringComparer.Ordinal));
        foreach (var (key, text) in japanese)
        {
            Assert.False(string.IsNullOrWhiteSpace(text), $"{file}: '{key}' is empty");
            Assert.True(Places(text).SequenceEqual(Places(english[key]), StringComparer.Ordinal), $"{file}: '{key}' has other places in English");
        }
    }

    [Theory]
    [MemberData(nameof(TextFiles))]
    public void Texts_AskedForByPages_Exist(string file)
    {
        var folder = Path.GetDirectoryName(Path.Combine(Repository.Root, file))!;
        var known = Read(Path.Combine(Repository.Root, file));
        var sources = Directory.EnumerateFiles(folder, "*.*", SearchOption.AllDirectories).Where(source => source.EndsWith(".razor", StringComparison.Ordinal) || source.EndsWith(".cs", StringComparison.Ordinal))
            .Where(source => !source.Contains("/obj/", StringComparison.Ordinal) && !source.Contains("/bin/", StringComparison.Ordinal) && TextFolderOf(source) == folder);
        foreach (var source in sources)
        {
            foreach (Match use in Use().Matches(File.ReadAllText(source)))
                Assert.True(known.ContainsKey(use.Groups[1].Value), $"{source} asks for '{use.Groups[1].Value}', which {file} does not have");
        }
    }

    [Fact]
    public void Pages_InTheirSource_HoldNoInlineStyleOrScript()
    {
        foreach (var file in Repository.ModuleFiles("*.razor"))
            Assert.False(Inline().IsMatch(File.ReadAllText(file)), $"{file} holds an inline style, handler or script, which the content policy refuses");
    }

    /// <summary>A page takes its texts from its own folder, or from the nearest above.</summary>
    private static string TextFolderOf(string source)
    {
        var folder = Path.GetDirectoryName(source)!;
        while (!File.Exists(Path.Combine(folder, "Text.resx"))) folder = Path.GetDirectoryName(folder)!;
        return folder;
    }

    private static Dictionary<string, string> Read(string file) =>
        XDocument.Load(file).Root!.Elements("data").ToDictionary(data => data.Attribute("name")!.Value, data => data.Element("value")!.Value, StringComparer.Ordinal);

    private static IEnumerable<string> Places(string text) => Place().Matches(text).Select(match => match.Value).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);

    [GeneratedRegex(@"\{\d\}", RegexOptions.None, 1000)]
    private static partial Regex Place();

    // Keys that are put together at run time ("Range_" + …) are covered by the pages' own tests.
    [GeneratedRegex("""\b(?:T|Text\.Of)(?:\.Format\(|\[)"(\w+)"(?!\s*\+)""", RegexOptions.None, 1000)]
    private static partial Regex Use();

    [GeneratedRegex("""<[^>@]*\s(style|on[a-z]+)\s*=|<style|<script(?![^>]*\ssrc=)|javascript:""", RegexOptions.IgnoreCase, 1000)]
    private static partial Regex Inline();
}
