using Akashi.Identity.Contracts;
using Akashi.Platform.Errors;
using Akashi.Platform.Mail;
using Akashi.Platform.Tenancy;
using Akashi.Platform.Web;
using Akashi.Portal.Contracts;
using Microsoft.AspNetCore.Http;

namespace Akashi.Operations.Mail;

/// <param name="Readable">Whether the operator may see to whom it goes and what it says.</param>
internal sealed record MailView(TenantId TenantId, Guid Id, TenantSummary? Tenant, MailSummary Mail, MailContent Content, bool Readable, bool MayRepeat, bool Done, Failure? Failure);

/// <summary>GET /mail/{tenant}/{id} on the console.</summary>
internal static class ShowMail
{
    public static Task<IResult> HandleAsync(string tenant, Guid id, HttpContext context, MailJournal journal, TenantDirectory tenants, string? done) =>
        ShowAsync(tenant, id, context, journal, tenants, done == "again", null);

    public static async Task<IResult> ShowAsync(string tenant, Guid id, HttpContext context, MailJournal journal, TenantDirectory tenants, bool done, Failure? failure)
    {
        if (!TenantId.TryParse(tenant, out var owner) || await journal.FindAsync(owner, id, context.RequestAborted) is not { } content || await journal.SummaryAsync(owner, id, context.RequestAborted) is not { } mail)
            return new MailNotFound().ToProblem();
        var caller = context.Caller();
        var named = await tenants.FindAllAsync([owner], context.RequestAborted);
        // What lies in the outbox folder of this machine is in the operator's hands anyway; what went out by SMTP is the customer's.
        var readable = owner == caller.Tenant || content.SentBy == "folder";
        object view = new MailView(owner, id, named.GetValueOrDefault(owner), mail, content, readable, content.MayRepeat && caller.Permissions.Contains(Permission.ServiceManage), done, failure);
        return Page.Show<MailPage>(new { Model = view }, failure?.Status ?? StatusCodes.Status200OK);
    }
}
