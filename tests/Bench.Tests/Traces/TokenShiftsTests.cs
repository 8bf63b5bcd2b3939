using System.Globalization;
using System.Text;
using Akashi.Bench.Traces.Rows;

namespace Akashi.Bench.Tests.Traces;

public class TokenShiftsTests
{
    [Theory]
    [InlineData("3fda3632-2216-1928-51e4-292629d53954", nameof(TokenKind.Guid), "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")]
    [InlineData("A972977C-95EC-9F21-DCC4-595CA3A0E033", nameof(TokenKind.Guid), "[0-9A-F]{8}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{12}")]
    [InlineData("39e4a257-f7a9-5f87-0000-000000000400", nameof(TokenKind.Guid), "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-0000-00000000[0-9a-f]{4}")]
    [InlineData("45652a5fe5b678cfdb86a147ea55d4d7", nameof(TokenKind.Hash), "[0-9a-f]{32}")]
    [InlineData("1564637800-2870669710-482618651-1104", nameof(TokenKind.Sid), @"15\d{8}-28\d{8}-4\d{8}-\d{4}")]
    [InlineData("172.18.39.5", nameof(TokenKind.AddressFour), @"172\.18\.[1-9]\d\.[1-9]")]
    [InlineData("10.85.241.127", nameof(TokenKind.AddressFour), @"10\.85\.(1\d\d|2[0-5]\d)\.(1\d\d|2[0-5]\d)")]
    [InlineData("fe80:0:0:0:3b31:a8fa:5adc:7b9e", nameof(TokenKind.AddressSix), "fe80:0:0:0(:[1-9a-f][0-9a-f]{3}){4}")]
    [InlineData("00-15-5D-7F-BF-26", nameof(TokenKind.Mac), "00-15-5D(-[0-9A-F]{2}){3}")]
    [InlineData("IT01-Pedro", nameof(TokenKind.Name), @"[A-Z]{2}\d\d-[A-Z][a-z]{4}")]
    [InlineData("5l40", nameof(TokenKind.TempName), @"\d[a-z]\d\d")]
    [InlineData("1104", nameof(TokenKind.Number), @"[1-3]\d{3}|40[0-8]\d|409[0-5]")]
    [InlineData("4", nameof(TokenKind.Number), "4")]
    [InlineData("56955", nameof(TokenKind.Number), @"49\d{3}|5\d{4}|6[0-5]\d{3}")]
    [InlineData("16dc", nameof(TokenKind.HexNumber), "[12][0-9a-f]{3}")]
    [InlineData("132605034405120768", nameof(TokenKind.LongNumber), @"13\d{16}")]
    public void Rewrite_Token_KeepsItsForm(string token, string kind, string form)
    {
        var made = Enumerable.Range(1, 50).Select(key => Rewrite((ulong)key, token, Enum.Parse<TokenKind>(kind))).ToList();
        Assert.All(made, text => Assert.Matches($"^(?:{form})$", text));
        if (token.Length > 1) Assert.True(made.Distinct().Count() > 3, "It hardly depends on the key.");
    }

    [Theory]
    [InlineData(nameof(TokenKind.Number), 0, 130_000)]
    [InlineData(nameof(TokenKind.Number), 99_900_000, 100_010_000)]
    [InlineData(nameof(TokenKind.Number), 990_000, 1_060_000)]
    public void Rewrite_DifferentNumbers_StayDifferentAndAsLong(string kind, int from, int to)
    {
        var shifts = new TokenShifts(7);
        var made = new HashSet<string>();
        for (var number = from; number < to; number++)
        {
            var text = Encoding.ASCII.GetBytes(number.ToString(CultureInfo.InvariantCulture));
            var length = text.Length;
            shifts.Rewrite(text, length <= NumberClass.MaximumDigits ? Enum.Parse<TokenKind>(kind) : TokenKind.LongNumber);
            var value = Encoding.ASCII.GetString(text);
            Assert.True(made.Add(value), $"{number} became {value}, as another one did.");
            Assert.True(number == 0 || value[0] != '0', $"{number} became {value}.");
        }
    }

    [Fact]
    public void Rewrite_DifferentHashes_StayDifferent()
    {
        var made = Enumerable.Range(0, 0x10000).Select(value => Rewrite(9, $"{value:x4}beef", TokenKind.Hex)).ToHashSet();
        Assert.Equal(0x10000, made.Count);
    }

    [Fact]
    public void Rewrite_ProcessId_AgreesInBothForms()
    {
        for (var process = 4; process < 70_000; process += 4)
        {
            var made = uint.Parse(Rewrite(3, process.ToString(CultureInfo.InvariantCulture), TokenKind.Number), CultureInfo.InvariantCulture);
            Assert.Equal(made.ToString("x", CultureInfo.InvariantCulture), Rewrite(3, process.ToString("x", CultureInfo.InvariantCulture), TokenKind.HexNumber));
            Assert.Equal(0u, made % 4);
        }
    }

    private static string Rewrite(ulong key, string token, TokenKind kind)
    {
        var text = Encoding.ASCII.GetBytes(token);
        new TokenShifts(key).Rewrite(text, kind);
        return Encoding.ASCII.GetString(text);
    }
}
