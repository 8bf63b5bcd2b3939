using System.Globalization;
using Akashi.Platform.Errors;
using Akashi.Platform.Mail;
using Akashi.Platform.Mail.Smtp;
using Microsoft.AspNetCore.Http;

namespace Akashi.Operations.MailServer;

/// <param name="Security"><c>StartTls</c>, <c>Tls</c> or <c>None</c>.</param>
/// <param name="Password">Sent to the service only; absent keeps the one that is there.</param>
/// <param name="HasPassword">Said by the service only.</param>
internal sealed record MailServerInput(string Host, int Port, string Security, string UserName, string FromAddress, string FromName, string? Password = null, bool HasPassword = false)
{
    public static MailServerInput Of(MailServerSetting setting) =>
        new(setting.Host, setting.Port, setting.Security.ToString(), setting.UserName, setting.FromAddress, setting.FromName, HasPassword: setting.HasPassword);

    public static MailServerInput Of(IFormCollection form) => new(
        form["host"].ToString().Trim(), int.TryParse(form["port"], NumberStyles.None, CultureInfo.InvariantCulture, out var port) ? port : 0, form["security"].ToString(),
        form["userName"].ToString().Trim(), form["fromAddress"].ToString().Trim(), form["fromName"].ToString().Trim(), form["password"].ToString() is { Length: > 0 } password ? password : null);

    private const int MaximumPassword = 256;

    public Outcome<MailServerSetting> Read(TenantMailServer servers)
    {
        if (!Enum.TryParse<SmtpSecurity>(Security, ignoreCase: true, out var security) || !Enum.IsDefined(security)) return new FieldInvalid("security", "…", string.Join(", ", Enum.GetNames<SmtpSecurity>()));
        if (Password is { Length: > MaximumPassword }) return new FieldInvalid("password", "…", $"≤ {MaximumPassword}");
        var setting = new MailServerSetting(Host ?? "", Port, security, UserName ?? "", FromAddress ?? "", FromName ?? "", HasPassword);
        return servers.Validate(setting) is { } failure ? failure : setting;
    }
}
