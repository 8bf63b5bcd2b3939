using Akashi.Platform.Errors;
using System.Globalization;
using System.Text;

namespace Akashi.Platform.Mail.Smtp;

/// <summary>An answer of a mail server: a code of three digits and one or more lines (RFC 5321 §4.2).</summary>
internal sealed record SmtpReply(int Code, IReadOnlyList<string> Lines)
{
    private const int MaximumLine = 2000;
    private const int MaximumLines = 100;
    private const int MaximumShown = 500;

    public bool IsPositive => Code is >= 200 and < 400;

    /// <summary>For people, bounded and without control characters.</summary>
    public override string ToString() => OneLine.Of($"{Code.ToString(CultureInfo.InvariantCulture)} {string.Join(" / ", Lines)}", MaximumShown);

    /// <param name="nextByte">The server's next byte, or −1 at the end.</param>
    /// <exception cref="SmtpFault">What came is no answer: too long, cut off, or of another protocol.</exception>
    public static async Task<SmtpReply> ReadAsync(Func<ValueTask<int>> nextByte)
    {
        var lines = new List<string>();
        var code = -1;
        while (lines.Count < MaximumLines)
        {
            var line = await ReadLineAsync(nextByte);
            var known = line.Length >= 3 && int.TryParse(line.AsSpan(0, 3), NumberStyles.None, CultureInfo.InvariantCulture, out var read) && read is >= 200 and < 600 ? read : -1;
            if (known < 0 || (code >= 0 && known != code) || (line.Length > 3 && line[3] is not (' ' or '-')))
                throw new SmtpFault($"The server's answer is no SMTP: '{OneLine.Of(line, 80)}'.", permanent: false, wholeServer: true);
            code = known;
            lines.Add(line.Length > 4 ? line[4..] : "");
            if (line.Length == 3 || line[3] == ' ') return new SmtpReply(code, lines);
        }
        throw new SmtpFault($"The server's answer has more than {MaximumLines} lines.", permanent: false, wholeServer: true);
    }

    private static async Task<string> ReadLineAsync(Func<ValueTask<int>> nextByte)
    {
        var bytes = new List<byte>(80);
        while (bytes.Count < MaximumLine)
        {
            var next = await nextByte();
            if (next < 0) throw new SmtpFault("The server closed the connection.", permanent: false, wholeServer: true);
            if (next == '\n') return Encoding.UTF8.GetString([.. bytes]).TrimEnd('\r');
            bytes.Add((byte)next);
        }
        throw new SmtpFault($"The server sent a line of more than {MaximumLine} bytes.", permanent: false, wholeServer: true);
    }
}
