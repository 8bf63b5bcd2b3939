using System.Text;
using Akashi.Traces.Lines;

namespace Akashi.Traces.Tests.Lines;

public class LineParserTests
{
    private const string Header = "02/01/2026 13:20:00.500 +0900";

    [Theory]
    [InlineData("", "")]
    [InlineData(" evt=ps subEvt=start", "evt=ps;subEvt=start")]
    [InlineData(" a= b=\"\" c=-", "a=;b=;c=-")]
    [InlineData(" cmd=\"notepad \"\"C:\\x y\"\"\" z=1", "cmd=notepad \"C:\\x y\";z=1")]
    [InlineData(" a=\"\"\"\"", "a=\"")]
    [InlineData(" a=1 a=2 a=1", "a=1;a=2;a=1")]
    [InlineData("   a=1    b=2   ", "a=1;b=2")]
    [InlineData(" ", "")]
    [InlineData(" a=b=c?d&e=(f)", "a=b=c?d&e=(f)")]
    [InlineData(" 項目=\"値 全角　空白\"", "項目=値 全角　空白")]
    [InlineData(" a=\"x\ry\0z\tw\"", "a=x\ry\0z\tw")]
    [InlineData(" A.b-c_1=x", "A.b-c_1=x")]
    public void Parse_ProperLine_GivesFields(string rest, string expected)
    {
        var (flags, fields) = Parse(Encoding.UTF8.GetBytes(Header + rest));
        Assert.Equal((LineFlags.None, expected), (flags, string.Join(";", fields)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("no trace")]
    [InlineData(Header + "a=1")]
    [InlineData(Header + " a")]
    [InlineData(Header + " =1")]
    [InlineData(Header + " a=\"open")]
    [InlineData(Header + " a=\"x\"y=1")]
    [InlineData(Header + " a=b\"c")]
    [InlineData(Header + " a=\"\"\"")]
    [InlineData(Header + " a=1\t=2\tb c")]
    [InlineData(Header + " \"a\"=1")]
    [InlineData(" " + Header + " a=1")]
    public void Parse_BrokenLine_IsFlaggedAndHasNoFields(string line)
    {
        var (flags, fields) = Parse(Encoding.UTF8.GetBytes(line));
        Assert.Equal(LineFlags.Unparsed, flags);
        Assert.Empty(fields);
    }

    [Fact]
    public void Parse_NotUtf8_IsFlagged() =>
        Assert.Equal(LineFlags.Unparsed | LineFlags.NotUtf8, Parse([.. Encoding.UTF8.GetBytes(Header + " a="), 0xFF]).Flags);

    [Fact]
    public void Parse_LengthAtTheBound_IsParsedAndOneMoreIsFlagged()
    {
        var start = Header + " a=";
        var longest = Encoding.UTF8.GetBytes(start + new string('x', LineParser.MaxLineBytes - start.Length));
        Assert.Equal(LineFlags.None, Parse(longest).Flags);
        Assert.Equal(LineFlags.Unparsed | LineFlags.TooLong, Parse([.. longest, (byte)'x']).Flags);
    }

    [Fact]
    public void Parse_KeyAndCountAtTheBound_AreParsedAndOneMoreIsFlagged()
    {
        Assert.Equal(LineFlags.None, Parse(Line($" {new string('k', LineParser.MaxKeyBytes)}=1")).Flags);
        Assert.Equal(LineFlags.Unparsed, Parse(Line($" {new string('k', LineParser.MaxKeyBytes + 1)}=1")).Flags);
        Assert.Equal(LineFlags.None, Parse(Line(string.Concat(Enumerable.Repeat(" a=1", LineParser.MaxFields)))).Flags);
        Assert.Equal(LineFlags.Unparsed, Parse(Line(string.Concat(Enumerable.Repeat(" a=1", LineParser.MaxFields + 1)))).Flags);
    }

    [Fact]
    public void Parse_ManyLines_AllocatesNothing()
    {
        var line = Line(" evt=ps subEvt=start psPath=\"C:\\Windows\\a b.exe\" cmd=\"say \"\"hi\"\"\"");
        var parsed = new ParsedLine();
        Read(); // the first call may compile and grow buffers
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++) Read();
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());

        void Read()
        {
            LineParser.Parse(line, parsed);
            foreach (ref readonly var field in parsed.Fields) parsed.Value(line, field);
        }
    }

    [Fact]
    public void Parse_AnyBytes_EitherFlagsOrCoversTheLine() => Seeded.Repeat(chance =>
    {
        var line = chance.Chance(20) ? chance.Bytes(chance.Next(300)) : new LineMaker(chance).Line();
        if (chance.Chance(30) && line.Length > 0) line[chance.Next(line.Length)] = (byte)chance.Next(256);
        var parsed = new ParsedLine();
        if (LineParser.Parse(line, parsed) != LineFlags.None) return;
        var covered = new StringBuilder(Encoding.UTF8.GetString(line, 0, EventTime.HeaderLength));
        var end = EventTime.HeaderLength;
        foreach (ref readonly var field in parsed.Fields)
        {
            var value = Encoding.UTF8.GetString(parsed.Value(line, field));
            covered.Append(' ', field.KeyStart - end).Append(Encoding.UTF8.GetString(ParsedLine.Key(line, field))).Append('=');
            covered.Append(field.Quoted ? $"\"{value.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : value);
            end = field.End;
        }
        Assert.Equal(Encoding.UTF8.GetString(line), covered.Append(' ', line.Length - end).ToString());
    });

    private static byte[] Line(string rest) => Encoding.UTF8.GetBytes(Header + rest);

    private static (LineFlags Flags, List<string> Fields) Parse(byte[] line)
    {
        var parsed = new ParsedLine();
        var flags = LineParser.Parse(line, parsed);
        Assert.Equal(flags, parsed.Flags);
        var fields = new List<string>();
        foreach (ref readonly var field in parsed.Fields) fields.Add($"{Encoding.UTF8.GetString(ParsedLine.Key(line, field))}={Encoding.UTF8.GetString(parsed.Value(line, field))}");
        return (flags, fields);
    }
}
