using System.Text;

namespace Akashi.Traces.ClickHouse;

/// <summary>
/// The one place where text becomes part of a statement (the oldest version that is served has no parameters). Whatever is not a letter, a digit or harmless
/// is written as \xHH: no byte of the text can end the literal or be read as an escape.
/// </summary>
internal static class SqlLiteral
{
    public static string Of(string text) => Of(Encoding.UTF8.GetBytes(text));

    public static string Of(ReadOnlySpan<byte> text)
    {
        var literal = new StringBuilder(text.Length + 2).Append('\'');
        foreach (var c in text)
        {
            if (char.IsAsciiLetterOrDigit((char)c) || c is (byte)' ' or (byte)'.' or (byte)'-' or (byte)'_' or (byte)':' or (byte)'/') literal.Append((char)c);
            else literal.Append("\\x").Append(Hex(c >> 4)).Append(Hex(c & 15));
        }
        return literal.Append('\'').ToString();

        static char Hex(int digit) => (char)(digit < 10 ? '0' + digit : 'a' + digit - 10);
    }

    public static string List(IEnumerable<byte[]> texts) => string.Join(", ", texts.Select(text => Of(text)));
}
