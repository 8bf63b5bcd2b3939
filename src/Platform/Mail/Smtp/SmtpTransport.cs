namespace Akashi.Platform.Mail.Smtp;

/// <summary>Mail by SMTP: one connection for the mails of a round.</summary>
/// <param name="domain">Of the service.</param>
internal sealed class SmtpTransport(SmtpServer server, string domain) : IMailTransport
{
    public const string Name = "smtp";

    private SmtpConnection? _connection;

    public async Task<Delivery> SendAsync(TakenMail mail, CancellationToken cancellation)
    {
        if (!Mailbox.TryParse(mail.ToAddress, out var to)) return new Delivery.Refused("The address is not a mail address.");
        try
        {
            _connection ??= await SmtpConnection.OpenAsync(server, domain, cancellation);
            var reply = await _connection.SendAsync(server.From, to, MimeText.Compose(mail, server.From, server.FromName, to, domain), cancellation);
            return new Delivery.Done(Name, reply.ToString());
        }
        catch (SmtpFault fault)
        {
            if (fault.WholeServer || !await TryResetAsync(cancellation)) await CloseAsync();
            return fault.Permanent ? new Delivery.Refused(fault.Message) : new Delivery.Later(fault.Message, fault.WholeServer);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_connection is not { } connection) return;
        await connection.QuitAsync(CancellationToken.None);
        await CloseAsync();
    }

    private async Task<bool> TryResetAsync(CancellationToken cancellation)
    {
        try
        {
            if (_connection is { } connection) await connection.ResetAsync(cancellation);
            return true;
        }
        catch (SmtpFault)
        {
            return false;
        }
    }

    private async Task CloseAsync()
    {
        if (_connection is { } connection) await connection.DisposeAsync();
        _connection = null;
    }
}
