using System.Globalization;

namespace Akashi.Bench.Traces.Rows;

/// <summary>
/// Rewrites tokens for one terminal, or for one pass of it: every digit, letter or number is moved on by an amount that depends on the key and the
/// position, within its own kind. So length and alphabet stay, equal tokens stay equal, different ones stay different, and what counts on goes on
/// counting: nothing becomes more random than it was. Zeros stay, for they fill up.
/// </summary>
internal sealed class TokenShifts
{
    private const int Positions = 64;
    private const int ChunkDigits = 4;
    private static readonly uint[] Powers = [1, 10, 100, 1000, 10_000];

    private readonly uint[] _numbers = new uint[NumberClass.Count];
    private readonly uint[] _chunks = new uint[Positions];
    private readonly byte[] _characters = new byte[Positions];

    public TokenShifts(ulong key)
    {
        var keys = new KeyStream(key);
        for (var i = 0; i < _numbers.Length; i++) _numbers[i] = (uint)(keys.Next() % (NumberClass.Length(i) / 4)) * 4;
        for (var i = 0; i < Positions; i++) _chunks[i] = (uint)(keys.Next() & 0xFFFF);
        for (var i = 0; i < Positions; i++) _characters[i] = (byte)(keys.Next() & 0xFF);
    }

    public void Rewrite(Span<byte> token, TokenKind kind)
    {
        switch (kind)
        {
            case TokenKind.Number: Number(token); break;
            case TokenKind.HexNumber: HexNumber(token); break;
            case TokenKind.LongNumber or TokenKind.Sid: Groups(token, isHex: false); break;
            case TokenKind.Guid or TokenKind.Hex or TokenKind.TerminalId or TokenKind.Hash: Groups(token, isHex: true); break;
            case TokenKind.AddressFour: AddressFour(token); break;
            case TokenKind.AddressSix: AddressSix(token); break;
            case TokenKind.Mac: Mac(token); break;
            case TokenKind.Name or TokenKind.TempName: Characters(token); break;
            default: throw new InvalidOperationException($"{kind} has no rule.");
        }
    }

    private void Number(Span<byte> token) => WriteDecimal(token, NumberClass.Shift(ReadDecimal(token), _numbers));

    private void HexNumber(Span<byte> token)
    {
        var upper = HasUpper(token);
        Hexadecimal.Write(token, NumberClass.Shift(Hexadecimal.Read(token), _numbers), upper);
    }

    /// <summary>Each group in chunks of four digits. What is left at the front of a decimal group stays: a SID's parts end at 4294967295.</summary>
    private void Groups(Span<byte> token, bool isHex)
    {
        var upper = isHex && HasUpper(token);
        var position = 0;
        while (token.Length > 0)
        {
            var group = token.IndexOf((byte)'-') is var hyphen && hyphen < 0 ? token.Length : hyphen;
            var at = isHex ? 0 : 1 + ((group - 1) % ChunkDigits);
            while (at < group)
            {
                var digits = token.Slice(at, Math.Min(ChunkDigits, group - at));
                var shift = _chunks[position++ % Positions];
                if (isHex) Hexadecimal.Write(digits, Around(Hexadecimal.Read(digits), shift, (1u << (4 * digits.Length)) - 1), upper);
                else WriteDecimal(digits, Around(ReadDecimal(digits), shift, Powers[digits.Length] - 1));
                at += digits.Length;
            }
            token = token[Math.Min(token.Length, group + 1)..];
        }
    }

    /// <summary>A private network stays one: only the last two parts change, keeping their count of digits.</summary>
    private void AddressFour(Span<byte> token)
    {
        var part = 0;
        while (token.Length > 0)
        {
            var length = token.IndexOf((byte)'.') is var dot && dot < 0 ? token.Length : dot;
            if (part >= 2)
            {
                var least = length == 1 ? 1 : Powers[length - 1];
                var most = length == 3 ? 255 : Powers[length] - 1;
                var value = ReadDecimal(token[..length]);
                if (value >= least) WriteDecimal(token[..length], least + ((value - least + _chunks[part]) % (most - least + 1)));
            }
            part++;
            token = token[Math.Min(token.Length, length + 1)..];
        }
    }

    private void AddressSix(Span<byte> token)
    {
        for (var part = 0; token.Length > 0; part++)
        {
            var length = token.IndexOf((byte)':') is var colon && colon < 0 ? token.Length : colon;
            if (part > 0 && length is 3 or 4)
            {
                var least = 1u << (4 * (length - 1));
                Hexadecimal.Write(token[..length], least + ((Hexadecimal.Read(token[..length]) - least + _chunks[part]) % (15 * least)), HasUpper(token[..length]));
            }
            token = token[Math.Min(token.Length, length + 1)..];
        }
    }

    /// <summary>The first three bytes name the maker.</summary>
    private void Mac(Span<byte> token)
    {
        for (var at = 9; at + 1 < token.Length; at += 3)
            Hexadecimal.Write(token.Slice(at, 2), (Hexadecimal.Read(token.Slice(at, 2)) + _chunks[at]) & 0xFF, upper: true);
    }

    private void Characters(Span<byte> token)
    {
        for (var i = 0; i < token.Length; i++)
        {
            var shift = _characters[i % Positions];
            token[i] = token[i] switch
            {
                >= (byte)'a' and <= (byte)'z' => (byte)('a' + ((token[i] - 'a' + shift) % 26)),
                >= (byte)'A' and <= (byte)'Z' => (byte)('A' + ((token[i] - 'A' + shift) % 26)),
                >= (byte)'0' and <= (byte)'9' => (byte)('0' + ((token[i] - '0' + shift) % 10)),
                var other => other,
            };
        }
    }

    private static uint Around(uint value, uint shift, uint most) => value == 0 ? 0 : 1 + ((value - 1 + shift) % most);

    private static bool HasUpper(ReadOnlySpan<byte> token) => token.ContainsAnyInRange((byte)'A', (byte)'F');

    private static uint ReadDecimal(ReadOnlySpan<byte> digits) => uint.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture);

    private static void WriteDecimal(Span<byte> digits, uint value)
    {
        for (var i = digits.Length - 1; i >= 0; i--, value /= 10) digits[i] = (byte)('0' + (value % 10));
    }
}
