using Akashi.Identity.Contracts;
using Akashi.Platform.Audit;
using Akashi.Platform.Errors;
using Akashi.Platform.Mail;
using Akashi.Platform.Tenancy;
using Akashi.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace Akashi.Operations.Mail;

/// <summary>POST /mail/{tenant}/{id}/again on the console, and the same in the API.</summary>
internal static class SendAgain
{
    public const string Action = "mail.send-again";

    public static async Task<IResult> PostAsync(string tenant, Guid id, IFormCollection form, HttpContext context, MailJournal journal, TenantDirectory tenants, AuditLog audit)
    {
        _ = form;
        return await TryAsync(tenant, id, context, journal, audit) is { } failure
            ? await ShowMail.ShowAsync(tenant, id, context, journal, tenants, done: false, failure)
            : Results.Redirect($"{MailRoutes.Path}/{tenant}/{id:N}?done=again");
    }

    public static async Task<IResult> ApiAsync(string tenant, Guid id, HttpContext context, MailJournal journal, AuditLog audit) =>
        await TryAsync(tenant, id, context, journal, audit) is { } failure ? failure.ToProblem() : Results.NoContent();

    private static async Task<Failure?> TryAsync(string tenant, Guid id, HttpContext context, MailJournal journal, AuditLog audit)
    {
        if (!TenantId.TryParse(tenant, out var owner) || await journal.FindAsync(owner, id, context.RequestAborted) is null) return new MailNotFound();
        await audit.WriteAsync(context.Caller().Tenant, AuditActor.Of(context), new AuditEntry(Action, $"{owner}/{id:N}"));
        return await journal.SendAgainAsync(owner, id, context.RequestAborted) ? null : new MailNotRepeatable();
    }
}
