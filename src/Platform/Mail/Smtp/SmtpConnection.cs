using System.Text;

namespace Akashi.Platform.Mail.Smtp;

/// <summary>
/// One conversation with a mail server (RFC 5321) by STARTTLS (RFC 3207), TLS from the start (RFC 8314), or in the clear to this machine;
/// with sign-in (RFC 4954: PLAIN, LOGIN). Every wait and every answer is bounded.
/// </summary>
internal sealed class SmtpConnection : IAsyncDisposable
{
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan AcceptLimit = TimeSpan.FromMinutes(2); // servers scan the mail before they answer

    private readonly SmtpServer _server;
    private readonly byte[] _buffer = new byte[4096];
    private Stream _stream = Stream.Null;
    private int _read;
    private int _filled;
    private IReadOnlyList<string> _extensions = [];

    private SmtpConnection(SmtpServer server) => _server = server;

    /// <param name="clientName">How this service introduces itself.</param>
    /// <exception cref="SmtpFault">The server cannot be reached, is not trusted, or does not let us in.</exception>
    public static async Task<SmtpConnection> OpenAsync(SmtpServer server, string clientName, CancellationToken cancellation)
    {
        var connection = new SmtpConnection(server);
        try
        {
            await connection.LimitAsync(ConnectLimit, async token => connection._stream = await SmtpDialer.ConnectAsync(server, token), cancellation);
            if (server.Security == SmtpSecurity.Tls) await connection.SecureAsync(cancellation);
            await connection.ExpectAsync(await connection.ReadAsync(AnswerLimit, cancellation), 220, "greeting");
            await connection.HelloAsync(clientName, cancellation);
            if (server.Security == SmtpSecurity.StartTls)
            {
                await connection.StartTlsAsync(cancellation);
                await connection.HelloAsync(clientName, cancellation);
            }
            if (server.UserName.Length > 0) await connection.SignInAsync(cancellation);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <returns>The server's word that it has the mail now.</returns>
    /// <exception cref="SmtpFault">It has not.</exception>
    public async Task<SmtpReply> SendAsync(Mailbox from, Mailbox to, byte[] message, CancellationToken cancellation)
    {
        await JudgeAsync(await CommandAsync($"MAIL FROM:<{from.Wire}>", cancellation), "MAIL");
        await JudgeAsync(await CommandAsync($"RCPT TO:<{to.Wire}>", cancellation), "RCPT");
        await JudgeAsync(await CommandAsync("DATA", cancellation), "DATA");
        await WriteAsync(DotStuffed(message), cancellation);
        return await JudgeAsync(await ReadAsync(AcceptLimit, cancellation), "DATA");
    }

    /// <summary>Forgets a mail that was refused half-way.</summary>
    public async Task ResetAsync(CancellationToken cancellation) => await ExpectAsync(await CommandAsync("RSET", cancellation), 250, "RSET");

    /// <summary>Takes leave; what the server says to it no longer matters.</summary>
    public async Task QuitAsync(CancellationToken cancellation)
    {
        try
        {
            await CommandAsync("QUIT", cancellation);
        }
        catch (SmtpFault)
        {
            // Everything was said already.
        }
    }

    public ValueTask DisposeAsync() => _stream.DisposeAsync();

    private async Task HelloAsync(string clientName, CancellationToken cancellation)
    {
        var reply = await CommandAsync($"EHLO {clientName}", cancellation);
        await ExpectAsync(reply, 250, "EHLO");
        _extensions = [.. reply.Lines.Skip(1)];
    }

    private async Task StartTlsAsync(CancellationToken cancellation)
    {
        if (!_extensions.Any(extension => extension.Equals("STARTTLS", StringComparison.OrdinalIgnoreCase)))
            throw new SmtpFault($"'{_server.Host}' does not offer STARTTLS, and mail is not sent in the clear.", permanent: false, wholeServer: true);
        await ExpectAsync(await CommandAsync("STARTTLS", cancellation), 220, "STARTTLS");
        // What stands behind the answer was not said under TLS; taking it for the server's word would let others put words into its mouth.
        if (_read < _filled) throw new SmtpFault($"'{_server.Host}' said more than it may before TLS began.", permanent: false, wholeServer: true);
        await SecureAsync(cancellation);
    }

    private Task SecureAsync(CancellationToken cancellation) =>
        LimitAsync(ConnectLimit, async token => _stream = await SmtpDialer.SecureAsync(_stream, _server, token), cancellation);

    private async Task SignInAsync(CancellationToken cancellation)
    {
        var offered = _extensions.Where(extension => extension.StartsWith("AUTH ", StringComparison.OrdinalIgnoreCase) || extension.StartsWith("AUTH=", StringComparison.OrdinalIgnoreCase))
            .SelectMany(extension => extension[5..].Split(' ', StringSplitOptions.RemoveEmptyEntries)).ToHashSet(StringComparer.OrdinalIgnoreCase);
        if (offered.Contains("PLAIN"))
        {
            await ExpectAsync(await CommandAsync("AUTH PLAIN " + Encode($"\0{_server.UserName}\0{_server.Password}"), cancellation), 235, "AUTH");
            return;
        }
        if (!offered.Contains("LOGIN")) throw new SmtpFault($"'{_server.Host}' offers no way to sign in that is known here (PLAIN, LOGIN).", permanent: false, wholeServer: true);
        await ExpectAsync(await CommandAsync("AUTH LOGIN", cancellation), 334, "AUTH");
        await ExpectAsync(await CommandAsync(Encode(_server.UserName), cancellation), 334, "AUTH");
        await ExpectAsync(await CommandAsync(Encode(_server.Password), cancellation), 235, "AUTH");
    }

    private async Task<SmtpReply> CommandAsync(string command, CancellationToken cancellation)
    {
        await WriteAsync(Encoding.ASCII.GetBytes(command + "\r\n"), cancellation);
        return await ReadAsync(AnswerLimit, cancellation);
    }

    private Task WriteAsync(byte[] bytes, CancellationToken cancellation) => LimitAsync(AcceptLimit, async token =>
    {
        await _stream.WriteAsync(bytes, token);
        await _stream.FlushAsync(token);
    }, cancellation);

    private async Task<SmtpReply> ReadAsync(TimeSpan limit, CancellationToken cancellation)
    {
        SmtpReply? reply = null;
        await LimitAsync(limit, async token => reply = await SmtpReply.ReadAsync(() => NextByteAsync(token)), cancellation);
        return reply!;
    }

    private async ValueTask<int> NextByteAsync(CancellationToken cancellation)
    {
        if (_read == _filled)
        {
            (_read, _filled) = (0, await _stream.ReadAsync(_buffer, cancellation));
            if (_filled == 0) return -1;
        }
        return _buffer[_read++];
    }

    /// <summary>Bounds a step, and tells a broken connection as what it means for mail.</summary>
    private async Task LimitAsync(TimeSpan limit, Func<CancellationToken, Task> step, CancellationToken cancellation)
    {
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        both.CancelAfter(limit);
        try
        {
            await step(both.Token);
        }
        catch (OperationCanceledException e)
        {
            throw new SmtpFault($"{_server.Host}:{_server.Port} did not answer in time.", permanent: false, wholeServer: true, e);
        }
        catch (IOException e)
        {
            throw new SmtpFault($"The connection to {_server.Host}:{_server.Port} broke: {e.Message}", permanent: false, wholeServer: true, e);
        }
    }

    /// <summary>Before a mail is named, every refusal is about the server or its settings.</summary>
    private Task ExpectAsync(SmtpReply reply, int code, string step) =>
        reply.Code == code ? Task.CompletedTask : throw new SmtpFault($"{step}: {Shown(reply)}", permanent: false, wholeServer: true);

    private Task<SmtpReply> JudgeAsync(SmtpReply reply, string step)
    {
        if (reply.IsPositive) return Task.FromResult(reply);
        // 421 ends the conversation; 530 to 538 are about signing in, which is ours to set right (RFC 4954 §6).
        var wholeServer = reply.Code is 421 or 530 or 534 or 535 or 538;
        throw new SmtpFault($"{step}: {Shown(reply)}", permanent: reply.Code >= 500 && !wholeServer, wholeServer);
    }

    private string Shown(SmtpReply reply) => _server.Password.Length == 0 ? reply.ToString() : reply.ToString().Replace(_server.Password, "…", StringComparison.Ordinal);

    private static string Encode(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    /// <summary>A line that begins with a dot gets another one, and a dot alone ends the mail (RFC 5321 §4.5.2).</summary>
    private static byte[] DotStuffed(byte[] message)
    {
        var text = Encoding.Latin1.GetString(message);
        var stuffed = (text.StartsWith('.') ? "." : "") + text.Replace("\r\n.", "\r\n..", StringComparison.Ordinal);
        return Encoding.Latin1.GetBytes(stuffed + (stuffed.EndsWith("\r\n", StringComparison.Ordinal) ? ".\r\n" : "\r\n.\r\n"));
    }
}
