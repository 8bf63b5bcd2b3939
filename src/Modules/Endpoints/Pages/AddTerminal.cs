using Akashi.Endpoints.Enrolment;
using Akashi.Platform.Audit;
using Akashi.Platform.Web;
using Akashi.Portal.Contracts;
using Microsoft.AspNetCore.Http;

namespace Akashi.Endpoints.Pages;

/// <summary>GET and POST /terminals/add on the console: makes a one-time token and shows it this once, with the command to run.</summary>
internal static class AddTerminal
{
    public static IResult Get() => Page.Show<AddTerminalPage>(new { Token = (string?)null });

    /// <summary>The form carries nothing but its token against forgery; binding it is what makes the server check that.</summary>
    public static async Task<IResult> PostAsync(IFormCollection form, HttpContext context, EnrolmentTokens tokens, CancellationToken cancellation)
    {
        _ = form;
        return Page.Show<AddTerminalPage>(new { Token = await tokens.CreateAsync(context.Caller().Tenant, AuditActor.Of(context), cancellation) });
    }
}
