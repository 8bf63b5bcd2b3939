using Akashi.Identity.Contracts;
using Akashi.Platform.Errors;
using Akashi.Platform.Mail;
using Akashi.Platform.Tenancy;
using Akashi.Portal.Contracts;
using Microsoft.AspNetCore.Http;

namespace Akashi.Operations.Mail;

internal sealed record MailsView(string? State, IReadOnlyList<MailSummary> Mails, IReadOnlyDictionary<TenantId, TenantSummary> Tenants, bool First)
{
    public string? Next => Mails.Count == MailJournal.PageSize ? AddressOf(State, Mails[^1].Id) : null;

    public static string AddressOf(string? state, Guid? before = null) =>
        MailRoutes.Path + QueryString.Create([KeyValuePair.Create("state", state), KeyValuePair.Create("before", before?.ToString("N"))]);
}

/// <summary>GET /mail on the console: what waits, was sent, or could not be.</summary>
internal static class ShowMails
{
    public static async Task<IResult> HandleAsync(MailJournal journal, TenantDirectory tenants, string? state, Guid? before, CancellationToken cancellation)
    {
        if (Fault(state) is { } fault) return fault.ToProblem();
        var wanted = string.IsNullOrEmpty(state) ? null : state;
        var mails = await journal.ListAsync(wanted, before, cancellation);
        object view = new MailsView(wanted, mails, await tenants.FindAllAsync(mails.Select(mail => mail.Tenant), cancellation), before is null);
        return Page.Show<MailsPage>(new { Model = view });
    }

    public static FieldInvalid? Fault(string? state) => string.IsNullOrEmpty(state) || MailJournal.States.Contains(state)
        ? null
        : new FieldInvalid("state", state, string.Join(", ", MailJournal.States));
}
