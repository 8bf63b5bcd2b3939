using Akashi.Platform.Errors;
using Akashi.Platform.Mail;
using Akashi.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace Akashi.Operations.MailServer;

/// <summary>POST /mail-server/test on the console and in the API: sends a mail through the saved server and shows what it said.</summary>
internal static class TestMailServer
{
    public static async Task<IResult> PostAsync(IFormCollection form, HttpContext context, TenantMailServer servers)
    {
        var setting = await servers.FindAsync(context.Caller().Tenant, context.RequestAborted);
        var outcome = await TryAsync(form["to"].ToString().Trim(), context, servers);
        outcome.TryGet(out var result, out var failure);
        return ShowMailServer.Show(new MailServerView(setting, setting is not null, null, result, failure));
    }

    /// <param name="To">Mail address.</param>
    internal sealed record TestInput(string To);

    public static async Task<IResult> ApiAsync(TestInput input, HttpContext context, TenantMailServer servers) =>
        (await TryAsync(input.To ?? "", context, servers)).TryGet(out var result, out var failure) ? Results.Json(result) : failure.ToProblem();

    private static async Task<Outcome<MailTestResult>> TryAsync(string to, HttpContext context, TenantMailServer servers)
    {
        if (!Mailbox.TryParse(to, out var mailbox)) return new FieldInvalid("to", to, "name@example.jp");
        var tenant = context.Caller().Tenant;
        if (await servers.FindAsync(tenant, context.RequestAborted) is null) return new MailServerNotSet();
        return await servers.TestAsync(tenant, mailbox.ToString(), PageLanguage.Current, context.RequestAborted);
    }
}
