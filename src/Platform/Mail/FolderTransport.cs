using System.Globalization;
using Akashi.Durability;
using Akashi.Platform.Calendar;
using Akashi.Platform.Tenancy;

namespace Akashi.Platform.Mail;

/// <summary>The embedded default: each mail a file in <c>DIR/outbox</c> that any mail program opens. A repeat replaces its own file.</summary>
internal sealed class FolderTransport(string folder, TenantId tenant, string domain) : IMailTransport
{
    public const string Name = "folder";
    private const string FromName = "Akashi";

    public Task<Delivery> SendAsync(TakenMail mail, CancellationToken cancellation)
    {
        if (!Mailbox.TryParse(mail.ToAddress, out var to) || !Mailbox.TryParse("no-reply@" + domain, out var from))
            return Task.FromResult<Delivery>(new Delivery.Refused("The address is not a mail address."));
        var time = mail.CreatedAt.ToOffset(JstDay.Offset).ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture);
        var file = string.Create(CultureInfo.InvariantCulture, $"{time}-{tenant}-{mail.Id:N}-{mail.Repeats}.eml");
        try
        {
            DurableFile.CreateFolder(folder);
            DurableFile.Write(Path.Combine(folder, file), MimeText.Compose(mail, from, FromName, to, domain));
            return Task.FromResult<Delivery>(new Delivery.Done(Name, file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Task.FromResult<Delivery>(new Delivery.Later($"outbox: {e.Message}", WholeServer: true));
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
