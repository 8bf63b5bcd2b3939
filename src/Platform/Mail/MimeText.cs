using Akashi.Platform.Errors;
using System.Buffers;
using System.Globalization;
using System.Text;
using Akashi.Platform.Calendar;

namespace Akashi.Platform.Mail;

/// <summary>
/// A mail as it goes over the wire (RFC 5322, RFC 2045, RFC 2047): headers in ASCII, the text as UTF-8 in base64, so that no server on the
/// way can change it. The same mail gives the same bytes at each attempt, Message-ID and date included: a repeat is recognisable.
/// </summary>
internal static class MimeText
{
    private const int MaximumPlain = 60;
    private const int EncodedWordBytes = 45; // 60 characters of base64 in a word of at most 75
    private const int Base64Line = 57; // bytes that make 76 characters
    private static readonly SearchValues<char> PlainSubject = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 .,:;!?()'/-");
    private static readonly SearchValues<char> PlainName = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 ");

    /// <param name="domain">Of the service; what Message-IDs end with.</param>
    public static byte[] Compose(TakenMail mail, Mailbox from, string fromName, Mailbox to, string domain)
    {
        var text = new StringBuilder();
        text.Append("Date: ").Append(mail.CreatedAt.ToOffset(JstDay.Offset).ToString("ddd, dd MMM yyyy HH:mm:ss '+0900'", CultureInfo.InvariantCulture)).Append("\r\n");
        AppendPerson(text, "From", fromName, from);
        AppendPerson(text, "To", mail.ToName, to);
        text.Append("Subject: ");
        AppendText(text, OneLine.Of(mail.Subject, int.MaxValue), PlainSubject);
        text.Append("\r\nMessage-ID: <").Append(MessageId(mail, domain)).Append(">\r\n");
        text.Append("MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n");
        text.Append("Content-Language: ").Append(mail.Language).Append("\r\n");
        text.Append("Auto-Submitted: auto-generated\r\n\r\n"); // RFC 3834: no absence notices, please
        AppendBody(text, mail.Text);
        return Encoding.ASCII.GetBytes(text.ToString());
    }

    public static string MessageId(TakenMail mail, string domain) =>
        string.Create(CultureInfo.InvariantCulture, $"{mail.Id:N}{(mail.Repeats == 0 ? "" : $".{mail.Repeats}")}@{domain}");

    private static void AppendPerson(StringBuilder text, string header, string name, Mailbox mailbox)
    {
        text.Append(header).Append(": ");
        var shown = OneLine.Of(name, int.MaxValue);
        if (shown.Length > 0)
        {
            AppendText(text, shown, PlainName);
            text.Append("\r\n ");
        }
        text.Append('<').Append(mailbox.Wire).Append(">\r\n");
    }

    private static void AppendText(StringBuilder text, string value, SearchValues<char> plain)
    {
        if (value.Length <= MaximumPlain && !value.AsSpan().ContainsAnyExcept(plain))
        {
            text.Append(value);
            return;
        }
        // Encoded words, each whole characters, one a line.
        var word = new List<byte>(EncodedWordBytes);
        Span<byte> bytes = stackalloc byte[4];
        var first = true;
        foreach (var rune in value.EnumerateRunes())
        {
            var size = rune.EncodeToUtf8(bytes);
            if (word.Count + size > EncodedWordBytes) Flush();
            word.AddRange(bytes[..size]);
        }
        Flush();

        void Flush()
        {
            text.Append(first ? "" : "\r\n ").Append("=?UTF-8?B?").Append(Convert.ToBase64String(word.ToArray())).Append("?=");
            first = false;
            word.Clear();
        }
    }

    private static void AppendBody(StringBuilder text, string body)
    {
        var bytes = Encoding.UTF8.GetBytes(body.ReplaceLineEndings("\r\n"));
        for (var at = 0; at < bytes.Length; at += Base64Line)
            text.Append(Convert.ToBase64String(bytes.AsSpan(at, Math.Min(Base64Line, bytes.Length - at)))).Append("\r\n");
    }
}
