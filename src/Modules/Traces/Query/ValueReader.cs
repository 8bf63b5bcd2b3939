using System.Buffers;
using System.Net;
using System.Text;
using Akashi.Traces.Contracts.Predicates;

namespace Akashi.Traces.Query;

/// <summary>What a value in a query means: text, pattern, number, range, network or regular expression.</summary>
internal static class ValueReader
{
    /// <summary>Of all regular expressions of a query together; see <see cref="RegexPattern.Weight"/>.</summary>
    public const int MaxRegexWeight = 4_000;
    private static readonly SearchValues<char> OfFour = SearchValues.Create("0123456789.");
    private static readonly SearchValues<char> OfSix = SearchValues.Create("0123456789abcdefABCDEF:.");

    /// <param name="raw">The value as it stands in the query.</param>
    public static Predicate Read(string field, TermValue value, string raw, ref int regexWeight)
    {
        switch (value.Operator)
        {
            case "/" or "/i":
                return new FieldMatches(field, Regex(value, ref regexWeight));
            case "=":
                if (value.IsEmpty) throw Fail(QueryError.ValueMissing, value, raw, "=\"\"");
                if (value.HasWildcard) throw Fail(QueryError.WildcardInExact, value, raw, $"={Quoted(value.Text)}");
                return new FieldExact(field, value.Text);
            case ">" or ">=" or "<" or "<=":
                if (value.Quoted || value.HasWildcard || !TryNumber(value.Text, out var number)) throw Fail(QueryError.NumberExpected, value, raw, value.Quoted ? null : Quoted(raw));
                return new FieldCompares(field, value.Operator switch { ">" => Comparison.Greater, ">=" => Comparison.AtLeast, "<" => Comparison.Less, _ => Comparison.AtMost }, number!);
        }
        if (!value.Quoted && LooksLikeRange(raw)) return Range(field, value, raw);
        if (WildcardPattern.TryCreate(value.Parts) is { } pattern) return new FieldLike(field, pattern);
        var text = value.Text;
        if (value.Quoted || !LooksLikeNetwork(text)) return new FieldEquals(field, text);
        return new FieldInNetwork(field, TryNetwork(text) ?? throw Fail(QueryError.NetworkInvalid, value, raw, Quoted(raw)));
    }

    public static RegexPattern Regex(TermValue value, ref int regexWeight)
    {
        var written = value.Parts.Count == 0 ? "" : value.Parts[0].Text;
        var shown = QueryParser.Shorten($"/{written}{value.Operator}");
        if (RegexPattern.TryCreate(written, value.Operator == "/i", out var refusal) is not { } pattern)
        {
            throw new QueryException(new QueryError(refusal.Id, value.Start + 2 + refusal.Index, QueryParser.Shorten(written[refusal.Index..]) is { Length: > 0 } rest ? rest : shown, refusal.Fix, refusal.Limit));
        }
        regexWeight += pattern.Weight;
        return regexWeight <= MaxRegexWeight ? pattern : throw new QueryException(new QueryError(QueryError.RegexTooLarge, value.Start + 1, shown, Limit: MaxRegexWeight));
    }

    /// <summary>Whether a bare text would be taken for something else than itself.</summary>
    public static bool MeansMore(string text) => text.Length > 0 && text[0] is '<' or '>' or '=' or '/' or '[' || LooksLikeNetwork(text);

    private static FieldCondition Range(string field, TermValue value, string raw)
    {
        var dots = raw.IndexOf("..", StringComparison.Ordinal);
        if (raw[^1] != ']' || dots < 0) throw Fail(QueryError.RangeInvalid, value, raw, Quoted(raw));
        var (low, high) = (raw[1..dots], raw[(dots + 2)..^1]);
        if (low.Length > 0 && !TryNumber(low, out _) || high.Length > 0 && !TryNumber(high, out _) || low.Length + high.Length == 0) throw Fail(QueryError.RangeInvalid, value, raw, Quoted(raw));
        _ = TryNumber(low, out var first);
        _ = TryNumber(high, out var last);
        if (first is null) return new FieldCompares(field, Comparison.AtMost, last!);
        if (last is null) return new FieldCompares(field, Comparison.AtLeast, first);
        _ = DecimalText.TryRead(Encoding.ASCII.GetBytes(first.Text), out var one);
        _ = DecimalText.TryRead(Encoding.ASCII.GetBytes(last.Text), out var other);
        return DecimalText.Compare(one, other) <= 0 ? new FieldBetween(field, first, last) : throw Fail(QueryError.RangeBackwards, value, raw, $"[{last.Text}..{first.Text}]");
    }

    private static bool TryNumber(string text, out PlainNumber? number) => PlainNumber.TryParse(Encoding.UTF8.GetString(Folder.Fold(text)), out number);

    private static bool LooksLikeRange(string raw) => raw.Length > 1 && raw[0] == '[' && (char.IsDigit(raw[1]) || raw[1] is '-' or '.');

    /// <summary>Digits and dots as in an IPv4 address, or hexadecimal groups with colons, and a slash with digits behind.</summary>
    private static bool LooksLikeNetwork(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (slash < 1 || slash == text.Length - 1 || text.AsSpan(slash + 1).ContainsAnyExceptInRange('0', '9')) return false;
        var address = text.AsSpan(0, slash);
        return address.Contains(':') ? !address.ContainsAnyExcept(OfSix) : address.Count('.') == 3 && !address.ContainsAnyExcept(OfFour);
    }

    private static IPNetwork? TryNetwork(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (!AddressText.TryRead(Encoding.ASCII.GetBytes(text[..slash]), out _, out var isV4)) return null;
        if (!IPAddress.TryParse(text[..slash], out var address) || text.Length - slash > 4) return null;
        var length = int.Parse(text.AsSpan(slash + 1), null);
        if (isV4 && address.IsIPv4MappedToIPv6)
        {
            if (length < 96) return length > 128 ? null : Masked(address, length);
            (address, length) = (address.MapToIPv4(), length - 96);
        }
        var bytes = address.GetAddressBytes();
        return length > bytes.Length * 8 ? null : Masked(address, length);
    }

    /// <summary>People write the address of a host with the bits of its network.</summary>
    private static IPNetwork Masked(IPAddress address, int length)
    {
        var bytes = address.GetAddressBytes();
        for (var i = 0; i < bytes.Length; i++)
        {
            var keep = Math.Clamp(length - 8 * i, 0, 8);
            bytes[i] &= (byte)(0xFF00 >> keep & 0xFF);
        }
        return new IPNetwork(new IPAddress(bytes), length);
    }

    private static string? Quoted(string text) => text.Length > QueryParser.MaxShown - 2 ? null : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private static QueryException Fail(string id, TermValue value, string shown, string? fix) => new(new QueryError(id, value.Start + 1, QueryParser.Shorten(shown), fix));
}
