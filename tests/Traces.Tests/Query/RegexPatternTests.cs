using System.Text;
using Akashi.Traces.Contracts.Predicates;
using Akashi.Traces.Query;
using Akashi.Traces.Query.Operators;

namespace Akashi.Traces.Tests.Query;

public class RegexPatternTests
{
    [Theory]
    [InlineData(@"\bhttp.+\.exe", "run http://x/a.exe", true)]
    [InlineData(@"\bhttp.+\.exe", "run HTTP://x/a.EXE", false)]
    [InlineData("^a|b$", "xb", true)]
    [InlineData("(?:ab){2,3}c", "abababc", true)]
    [InlineData("(?<name>ab)+?c", "ababc", true)]
    [InlineData(@"[\d\-x]{3}", "1-x", true)]
    [InlineData("[^]a]", "]a", false)]
    [InlineData(@"\u8A3C\x41\t\\", "証A\t\\", true)]
    [InlineData("{x}{,2}", "{x}{,2}", true)]
    [InlineData("か\u3099", "が", true)]
    [InlineData("[あ-ん]{2}", "あん", true)]
    [InlineData("ﾃｽﾄ", "テスト", false)]
    [InlineData(@"\p{IsHiragana}", "あ", true)]
    public void IsMatch_AsWritten_Decides(string pattern, string value, bool expected) => Assert.Equal(expected, Fits(pattern, false, value));

    [Theory]
    [InlineData(@"HTTP.+\.EXE", "http://x/a.exe", true)]
    [InlineData("[A-F]{2}", "ｅｆ", true)]
    [InlineData("[Ａ-Ｆ０-９]{2}", "e1", true)]
    [InlineData("ﾃｽﾄ端末", "テスト端末", true)]
    [InlineData("テスト", "ﾃｽﾄ", true)]
    [InlineData("ｶﾞ+", "ガガ", true)]
    [InlineData("㈱+$", "(株)(株)", true)]
    [InlineData("É", "école", true)]
    [InlineData(@"\W", "a b", true)]
    [InlineData(@"\w", "-", false)]
    public void IsMatch_IgnoringCase_IsAboutTheFoldedValue(string pattern, string value, bool expected) => Assert.Equal(expected, Fits(pattern, true, value));

    [Theory]
    [InlineData("", QueryError.RegexInvalid, 0)]
    [InlineData("a(b", QueryError.RegexInvalid, 1)]
    [InlineData("ab)", QueryError.RegexInvalid, 2)]
    [InlineData("a**", QueryError.RegexInvalid, 2)]
    [InlineData("*a", QueryError.RegexInvalid, 0)]
    [InlineData("a{3,2}", QueryError.RegexInvalid, 1)]
    [InlineData("{2}", QueryError.RegexInvalid, 0)]
    [InlineData("a[b", QueryError.RegexInvalid, 1)]
    [InlineData("[b-a]", QueryError.RegexInvalid, 1)]
    [InlineData(@"a\", QueryError.RegexInvalid, 1)]
    [InlineData(@"\p{Nonsense}", QueryError.RegexInvalid, 0)]
    [InlineData(@"(a)\1", QueryError.RegexUnsupported, 3)]
    [InlineData(@"\k<n>", QueryError.RegexUnsupported, 0)]
    [InlineData("a(?=b)", QueryError.RegexUnsupported, 1)]
    [InlineData("(?<!b)a", QueryError.RegexUnsupported, 0)]
    [InlineData("(?>a)", QueryError.RegexUnsupported, 0)]
    [InlineData("(?i)a", QueryError.RegexUnsupported, 0)]
    [InlineData("(?(a)b|c)", QueryError.RegexUnsupported, 0)]
    [InlineData("[a-z-[aeiou]]", QueryError.RegexUnsupported, 4)]
    [InlineData("[𠮷]", QueryError.RegexUnsupported, 1)]
    [InlineData(@"\G", QueryError.RegexUnsupported, 0)]
    [InlineData("(?:a{1000}){1000}", QueryError.RegexTooLarge, 0)]
    [InlineData("a{1001}", QueryError.RegexTooLarge, 1)]
    [InlineData("(?:(?:(?:a{0,10}b?){0,10}c?){0,7})z", QueryError.RegexTooLarge, 0)]
    public void TryCreate_WhatCannotRun_IsRefusedWhereItStands(string pattern, string id, int index)
    {
        Assert.Null(RegexPattern.TryCreate(pattern, false, out var refusal));
        Assert.Equal((id, index), (refusal.Id, refusal.Index));
    }

    [Fact]
    public void TryCreate_TooLongOrTooDeep_IsRefused()
    {
        Assert.NotNull(RegexPattern.TryCreate(new string('a', RegexPattern.MaxLength), false));
        Assert.Null(RegexPattern.TryCreate(new string('a', RegexPattern.MaxLength + 1), false, out var refusal));
        Assert.Equal((QueryError.RegexTooLong, RegexPattern.MaxLength), (refusal.Id, refusal.Limit!.Value));
        Assert.Null(RegexPattern.TryCreate(new string('(', 51) + new string(')', 51), false));
    }

    /// <summary>What makes backtracking endless, and what makes automata large: each within its bounds over 256 KiB.</summary>
    [Theory]
    [InlineData("(?:a+)+-")]
    [InlineData("(?:a|b)*a(?:a|b){200}c")]
    [InlineData("(?:(?:a{0,4}b?){0,4}c?){0,4}z")]
    [InlineData("(?:a?){50}a{50}z")]
    [InlineData("[abc]{0,300}a[abc]{0,300}b[abc]{0,300}cz")]
    [InlineData(@"(?:\w{0,900})-")]
    public void IsMatch_HostilePattern_StaysInTimeAndMemory(string text)
    {
        var pattern = RegexPattern.TryCreate(text, true)!;
        var value = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, 1 << 18).Select(i => "abc"[(i * 7 + i / 5) % 3])));
        var start = TimeProvider.System.GetTimestamp();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        Assert.False(RegexScan.Of(pattern).Fits(value, new Folder()));
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 200L << 20);
        Assert.InRange(TimeProvider.System.GetElapsedTime(start).TotalSeconds, 0, 10);
        GC.KeepAlive(pattern);
    }

    [Theory]
    [InlineData(@"\bhttp.+\.exe", false, "http")]
    [InlineData("POWERSHELL.*-enc", true, "powershell")]
    [InlineData("(?:abc|abd)x*longer", false, "longer")]
    [InlineData("(?:abcdef)+x", false, "abcdef")]
    [InlineData("(?:abcdef)*", false, "")]
    [InlineData("abc|abd", false, "")]
    [InlineData("[a]bc", false, "bc")]
    [InlineData("証跡ログa", true, "証跡ログa")]
    public void Needle_Pattern_IsItsLongestCertainLiteral(string text, bool ignoreCase, string expected) =>
        Assert.Equal(expected, Encoding.UTF8.GetString(new RegexNeeds(RegexPattern.TryCreate(text, ignoreCase)!).Needle()));

    private static bool Fits(string pattern, bool ignoreCase, string value) =>
        RegexScan.Of(RegexPattern.TryCreate(pattern, ignoreCase)!).Fits(Encoding.UTF8.GetBytes(value), new Folder());
}
