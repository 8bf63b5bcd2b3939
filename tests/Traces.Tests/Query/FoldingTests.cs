using System.Text;
using Akashi.Traces.Query;
using Akashi.Traces.Tests.Lines;

namespace Akashi.Traces.Tests.Query;

public class FoldingTests
{
    [Theory]
    [InlineData("PowerShell.EXE", "powershell.exe")]
    [InlineData("ＰＣ－００１", "pc-001")]
    [InlineData("ﾃｽﾄ端末", "テスト端末")]
    [InlineData("ｶﾞ", "ガ")]
    [InlineData("か\u3099", "が")]
    [InlineData("ÉCOLE", "école")]
    [InlineData("ﬁ①㈱", "fi1(株)")]
    [InlineData("\uFFFE", "\uFFFD")]
    [InlineData("", "")]
    public void Fold_Text_GivesFolded(string text, string expected) => Assert.Equal(expected, Encoding.UTF8.GetString(Folder.Fold(text)));

    [Fact]
    public void Fold_InvalidUtf8_CountsAsReplacementCharacter() => Assert.Equal("a\uFFFDb"u8.ToArray(), new Folder().Fold([(byte)'A', 0xFF, (byte)'B']).ToArray());

    [Fact]
    public void Fold_EveryPlainJapaneseCharacter_IsWhatNormalisationGives()
    {
        for (var scalar = 0x80; scalar < 0x10000; scalar++)
        {
            if (scalar is >= 0xD800 and < 0xE000) continue;
            var text = "A" + (char)scalar + "z" + (char)scalar;
            if (Folder.IsPlainJapanese(Encoding.UTF8.GetBytes(text))) Assert.Equal(text.ToLowerInvariant(), NaiveTrace.Fold(text));
        }
        Assert.True(Folder.IsPlainJapanese("証跡ログーA1"u8));
    }

    [Fact]
    public void Fold_AnyText_IsWhatNormalisationGives() => Seeded.Repeat(chance =>
    {
        var text = string.Concat(Enumerable.Range(0, 4).Select(_ => chance.Chance(50) ? chance.Pick(LineMaker.Values) : Random(chance)));
        Assert.Equal(NaiveTrace.Fold(text), Encoding.UTF8.GetString(new Folder().Fold(Encoding.UTF8.GetBytes(text))));
    });

    [Fact]
    public void Fold_EndlessMarks_TakesNoEndlessTime()
    {
        var start = TimeProvider.System.GetTimestamp();
        Folder.Fold(string.Concat(Enumerable.Repeat("\u0301\u0323", 200_000)));
        Folder.Fold(string.Concat(Enumerable.Repeat("\u0301ﾞ", 200_000)));
        Assert.InRange(TimeProvider.System.GetElapsedTime(start).TotalSeconds, 0, 10);
    }

    [Theory]
    [InlineData("free words", "free|words")]
    [InlineData(@"C:\Windows\x_1.EXE", "c|windows|x|1|exe")]
    [InlineData("証跡ログを検索 PC-1", "証跡ログを検索|pc|1")]
    [InlineData("--", "")]
    [InlineData("ＡＢ１", "ab1")]
    [InlineData("𠮷野家!", "𠮷野家")]
    public void Words_Text_AreRunsOfLettersAndDigits(string text, string expected) =>
        Assert.Equal(expected, string.Join('|', Words.Of(text).Select(Encoding.UTF8.GetString)));

    private static string Random(Seeded chance)
    {
        var scalar = chance.Next(chance.Chance(80) ? 0x3400 : 0x110000);
        return Rune.IsValid(scalar) ? new Rune(scalar).ToString() : "";
    }
}
