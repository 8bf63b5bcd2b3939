using Akashi.Identity.Sessions;
using Akashi.Platform.Database;
using Akashi.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace Akashi.Identity.SignIn;

/// <summary>POST /sign-out on portal and console ends the sign-in on all hosts.</summary>
internal static class SignOut
{
    /// <summary>The form carries nothing but its token; naming the form is what makes the server check the token.</summary>
    public static async Task<IResult> PostAsync(IFormCollection form, HttpContext context, AkashiDatabase database, SessionBook sessions)
    {
        _ = form;
        var current = CurrentSession.Of(context);
        await using var session = await database.OpenAsync(current.Tenant, context.RequestAborted);
        await sessions.EndAsync(session, current.LoginId, context.RequestAborted);
        await session.CommitAsync(context.RequestAborted);
        SessionCookie.Remove(context);
        return Results.Redirect("/signed-out");
    }
}
