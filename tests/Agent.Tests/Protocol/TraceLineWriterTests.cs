using System.Text;
using Akashi.Agent.Protocol;
using Akashi.Agent.Tests.Peers;
using FsCheck;
using FsCheck.Fluent;

namespace Akashi.Agent.Tests.Protocol;

public sealed class TraceLineWriterTests
{
    private static readonly DateTimeOffset At = new(2026, 2, 1, 4, 20, 0, 500, TimeSpan.Zero);

    [Fact]
    public void Time_UtcInstant_JapanHeaderOf29Characters()
    {
        var writer = new TraceLineWriter();
        writer.Time(At);
        Assert.Equal("02/01/2026 13:20:00.500 +0900", Encoding.UTF8.GetString(writer.Written));
        Assert.Equal(29, writer.Length);
    }

    [Fact]
    public void Quoted_Table()
    {
        static void F(byte[] value, string expected) => Assert.Equal($"k=\"{expected}\"", Write(w => w.Quoted("k"u8, value)));
        F([], "");
        F("plain"u8.ToArray(), "plain");
        F("say \"hi\""u8.ToArray(), "say \"\"hi\"\"");
        F("a\r\nb"u8.ToArray(), "a b");
        F("a\t\0\u001bb"u8.ToArray(), "a b");
        F([0x7F], " ");
        F("x\u0085y\u2028z"u8.ToArray(), "x y z");
        F("証跡 é"u8.ToArray(), "証跡 é");
        F([(byte)'a', 0xFF, (byte)'b'], "a\uFFFDb");
        F([0xE2, 0x80], "\uFFFD");
        F([0xED, 0xA0, 0x80], "\uFFFD\uFFFD\uFFFD"); // a surrogate is no UTF-8
        F([0xF0, 0x9F, 0x98, 0x80], "😀");
    }

    [Fact]
    public void Bare_ValueThatNeedsQuotes_Quoted()
    {
        static void F(string value, string expected) => Assert.Equal(expected, Write(w => w.Bare("k"u8, value)));
        F("{a-b}", "k={a-b}");
        F("", "k=");
        F("-", "k=-");
        F("a b", "k=\"a b\"");
        F("a\"b", "k=\"a\"\"b\"");
        F("a=b", "k=\"a=b\"");
        F("証", "k=\"証\"");
    }

    [Fact]
    public void Quoted_LongerThanLimit_CutBetweenCharactersAndMarked()
    {
        var value = Encoding.UTF8.GetBytes("x" + new string('証', TraceLineWriter.ValueLimit));
        var pairs = TraceLines.Parse(Line(w => w.Quoted("cmd"u8, value)));
        Assert.Equal(value.Length.ToString(System.Globalization.CultureInfo.InvariantCulture), pairs["cmdCut"]);
        Assert.DoesNotContain('\uFFFD', pairs["cmd"]);
        Assert.InRange(Encoding.UTF8.GetByteCount(pairs["cmd"]), TraceLineWriter.ValueLimit - 3, TraceLineWriter.ValueLimit);
    }

    [Fact]
    public void Quoted_AnyText_ReadBackWithControlsAsSpaces() =>
        Prop.ForAll<string>(text =>
        {
            var value = text ?? "";
            return TraceLines.Parse(Line(w => w.Quoted("k"u8, value)))["k"] == Clean(value);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Quoted_AnyBytes_OneLineOfValidUtf8ThatParses() => SeededSource.Run(3000, random =>
    {
        var value = random.Bytes(random.Below(200));
        if (random.Below(2) == 0) value = [.. value.Select(b => b switch { < 64 => (byte)'"', < 128 => (byte)' ', < 140 => (byte)'\n', _ => b })];
        var line = Line(w =>
        {
            w.Quoted("a"u8, value);
            w.Bare("b"u8, value);
            w.Number("c"u8, -7);
        });
        var pairs = TraceLines.Parse(line);
        Assert.Equal(["a", "b", "c"], pairs.Keys);
        Assert.Equal("-7", pairs["c"]);
        Assert.DoesNotContain(line, char.IsControl);
        Assert.Equal(pairs["a"], pairs["b"]);
    });

    /// <summary>The rule, written once more in the slow and plain way.</summary>
    private static string Clean(string value)
    {
        var result = new StringBuilder();
        var inControl = false;
        foreach (var rune in value.EnumerateRunes())
        {
            var control = Rune.IsControl(rune) || rune.Value is 0x2028 or 0x2029;
            if (!control) result.Append(rune);
            else if (!inControl) result.Append(' ');
            inControl = control;
        }
        return result.ToString();
    }

    private static string Line(Action<TraceLineWriter> pairs)
    {
        var writer = new TraceLineWriter();
        writer.Time(At);
        pairs(writer);
        return new UTF8Encoding(false, true).GetString(writer.Written);
    }

    private static string Write(Action<TraceLineWriter> pairs)
    {
        var writer = new TraceLineWriter();
        pairs(writer);
        return new UTF8Encoding(false, true).GetString(writer.Written);
    }
}
