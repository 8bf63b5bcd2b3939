using Akashi.Platform.Calendar;
using Akashi.Platform.Errors;
using Akashi.Platform.Mail;
using Microsoft.AspNetCore.Http;

namespace Akashi.Operations.Mail;

internal sealed record MailRowAnswer(
    string Tenant, string Id, DateTimeOffset CreatedAt, string Template, string To, string State, int Attempts, DateTimeOffset? NextAt, DateTimeOffset? SentAt, string? SentBy, string? Note);

/// <param name="Next">For <c>before</c> of the next page; null after the last.</param>
internal sealed record MailListAnswer(IReadOnlyList<MailRowAnswer> Rows, string? Next);

/// <summary>GET /api/v1/mail: newest first; <c>state</c> is waiting, sent or failed.</summary>
internal static class ListMails
{
    public static async Task<IResult> HandleAsync(MailJournal journal, string? state, Guid? before, CancellationToken cancellation)
    {
        if (ShowMails.Fault(state) is { } fault) return fault.ToProblem();
        var mails = await journal.ListAsync(string.IsNullOrEmpty(state) ? null : state, before, cancellation);
        return Results.Json(new MailListAnswer([.. mails.Select(AnswerOf)], mails.Count == MailJournal.PageSize ? mails[^1].Id.ToString("N") : null));
    }

    private static MailRowAnswer AnswerOf(MailSummary mail) => new(
        mail.Tenant.ToString(), mail.Id.ToString("N"), mail.CreatedAt.ToOffset(JstDay.Offset), mail.Template, mail.MaskedAddress, mail.State, mail.Attempts,
        mail.State == "waiting" ? mail.NextAt.ToOffset(JstDay.Offset) : null, mail.SentAt?.ToOffset(JstDay.Offset), mail.SentBy, mail.Note);
}
