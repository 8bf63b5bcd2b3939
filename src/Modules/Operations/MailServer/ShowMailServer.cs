using Akashi.Platform.Errors;
using Akashi.Platform.Mail;
using Akashi.Platform.Web;
using Akashi.Portal.Contracts;
using Microsoft.AspNetCore.Http;

namespace Akashi.Operations.MailServer;

/// <param name="Setting">What the form shows; null before the first.</param>
/// <param name="Saved">Whether the tenant has a server of its own.</param>
internal sealed record MailServerView(MailServerSetting? Setting, bool Saved, string? Done, MailTestResult? Test, Failure? Failure);

/// <summary>GET /mail-server on the console, and the same in the API.</summary>
internal static class ShowMailServer
{
    public static async Task<IResult> HandleAsync(HttpContext context, TenantMailServer servers, string? done)
    {
        var setting = await servers.FindAsync(context.Caller().Tenant, context.RequestAborted);
        return Show(new MailServerView(setting, setting is not null, done, null, null));
    }

    public static async Task<IResult> ApiAsync(HttpContext context, TenantMailServer servers) =>
        await servers.FindAsync(context.Caller().Tenant, context.RequestAborted) is { } setting ? Results.Json(MailServerInput.Of(setting)) : new MailServerNotSet().ToProblem();

    public static IResult Show(MailServerView view)
    {
        object model = view;
        return Page.Show<MailServerPage>(new { Model = model }, view.Failure?.Status ?? StatusCodes.Status200OK);
    }
}
