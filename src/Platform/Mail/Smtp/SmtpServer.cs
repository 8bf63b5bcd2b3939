using System.Security.Cryptography.X509Certificates;

namespace Akashi.Platform.Mail.Smtp;

/// <summary>A mail server and how to speak with it.</summary>
/// <param name="Authorities">Who may vouch for its certificate; the system's authorities when null.</param>
/// <param name="Anywhere">False for servers that a tenant names: only public addresses then.</param>
internal sealed record SmtpServer(
    string Host, int Port, SmtpSecurity Security, string UserName, string Password, Mailbox From, string FromName, X509Certificate2Collection? Authorities, bool Anywhere)
{
    public static SmtpServer Of(SmtpOptions options)
    {
        X509Certificate2Collection? authorities = null;
        if (options.Authorities.Length > 0) (authorities = []).ImportFromPemFile(options.Authorities);
        if (!Mailbox.TryParse(options.From, out var from)) throw new InvalidOperationException($"smtp.from: '{options.From}' is no mail address.");
        return new SmtpServer(options.Host, options.Port, options.Security, options.UserName, options.Password, from, options.FromName, authorities, Anywhere: true);
    }
}
