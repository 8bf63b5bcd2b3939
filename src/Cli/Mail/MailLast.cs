using System.Text;
using Akashi.Supervisor;

namespace Akashi.Cli.Mail;

/// <summary><c>mail last</c>: the latest mail in the outbox folder, readable. Works without the service: whoever can read the folder may read it.</summary>
internal static class MailLast
{
    private const int MaximumSize = 1 << 20;

    public static async Task<int> RunAsync(DataFolder data, TextWriter output, CancellationToken cancellation)
    {
        var folder = Path.Combine(data.Path, "outbox");
        try
        {
            var latest = Directory.Exists(folder) ? new DirectoryInfo(folder).EnumerateFiles("*.eml").MaxBy(file => (file.LastWriteTimeUtc, file.Name)) : null;
            if (latest is null) throw new CommandFailure(ExitCodes.Failure, Words.Say($"There is no mail in '{folder}'. With a mail server set, mail goes there instead.", $"'{folder}' にメールはありません。メールサーバーを設定している場合は、そちらへ送られます。"));
            if (latest.Length > MaximumSize) throw new CommandFailure(ExitCodes.Failure, Words.Say($"'{latest.FullName}' is too large to be a mail of this service.", $"'{latest.FullName}' は大きすぎ、このサービスのメールではありません。"));
            output.WriteLine(Read(await File.ReadAllTextAsync(latest.FullName, cancellation)));
            return ExitCodes.Success;
        }
        catch (UnauthorizedAccessException)
        {
            throw new CommandFailure(ExitCodes.NotAllowed, Words.Say($"'{folder}' may be read by its owner alone. Run as the user who started the service.", $"'{folder}' は所有者だけが読めます。サービスを起動したユーザーで実行してください。"));
        }
        catch (FormatException)
        {
            throw new CommandFailure(ExitCodes.Failure, Words.Say($"The latest file in '{folder}' is no mail of this service.", $"'{folder}' の最新のファイルは、このサービスのメールではありません。"));
        }
    }

    /// <summary>Who, when and the text; the body is base64 (RFC 2045).</summary>
    internal static string Read(string mail)
    {
        var end = mail.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        if (end < 0) throw new FormatException("No body.");
        // A folded header goes on in the next line (RFC 5322 §2.2.3).
        var headers = mail[..end].Replace("\r\n ", " ", StringComparison.Ordinal).Split("\r\n");
        var shown = headers.Where(header => header.StartsWith("Date: ", StringComparison.Ordinal)).Concat(headers.Where(header => header.StartsWith("To: ", StringComparison.Ordinal)).Select(AddressOf));
        var text = Encoding.UTF8.GetString(Convert.FromBase64String(mail[(end + 4)..])).ReplaceLineEndings("\n");
        return string.Join('\n', shown.Select(Printable.Line)) + "\n\n" + string.Join('\n', text.Split('\n').Select(Printable.Line)).TrimEnd();
    }

    private static string AddressOf(string header) => header.LastIndexOf('<') is var at && at > 0 ? "To: " + header[at..].Trim('<', '>') : header;
}
