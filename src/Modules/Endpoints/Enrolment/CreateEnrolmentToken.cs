using Akashi.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace Akashi.Endpoints.Enrolment;

/// <summary>The token is shown this once; it works for one terminal within seven days.</summary>
internal static class CreateEnrolmentToken
{
    public static async Task<IResult> HandleAsync(HttpContext context, EnrolmentTokens tokens, CancellationToken cancellation)
    {
        var caller = context.Caller();
        return Results.Json(new { token = await tokens.CreateAsync(caller.Tenant, caller.Subject, cancellation) }, statusCode: StatusCodes.Status201Created);
    }
}
