using System.Globalization;
using Akashi.Platform.Errors;
using Akashi.Platform.Mail;
using Akashi.Portal.Contracts;
using Microsoft.AspNetCore.Http;

namespace Akashi.Operations.Mail;

/// <summary>GET /mail/table.csv on the console: the list with its filter, at most 10 000 mails.</summary>
internal static class DownloadMails
{
    private const int MaximumPages = 100;
    private static readonly string[] Columns = ["CreatedAt", "State", "Kind", "To", "Attempts", "SentAt", "Note"];

    public static async Task HandleAsync(HttpContext context, MailJournal journal, string? state, CancellationToken cancellation)
    {
        if (ShowMails.Fault(state) is { } fault)
        {
            await fault.ToProblem().ExecuteAsync(context);
            return;
        }
        await using var csv = Csv.Answer(context, "mail.csv");
        await csv.WriteAsync([.. Columns.Select(column => Text.Of[column])]);
        Guid? before = null;
        for (var page = 0; page < MaximumPages; page++)
        {
            var mails = await journal.ListAsync(string.IsNullOrEmpty(state) ? null : state, before, cancellation);
            foreach (var mail in mails)
                await csv.WriteAsync(
                    Jst.Second(mail.CreatedAt), Text.Of["State_" + mail.State], mail.Template, mail.MaskedAddress, mail.Attempts.ToString(CultureInfo.InvariantCulture), mail.SentAt is { } sent ? Jst.Second(sent) : "", mail.Note ?? "");
            if (mails.Count < MailJournal.PageSize) return;
            before = mails[^1].Id;
        }
    }
}
