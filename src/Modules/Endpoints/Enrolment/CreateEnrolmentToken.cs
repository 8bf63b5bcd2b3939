using Akashi.Platform.Audit;
using Akashi.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace Akashi.Endpoints.Enrolment;

/// <summary>The token is shown this once; it works for one terminal within seven days.</summary>
internal static class CreateEnrolmentToken
{
    public static async Task<IResult> HandleAsync(HttpContext context, EnrolmentTokens tokens, CancellationToken cancellation)
    {
        return Results.Json(new { token = await tokens.CreateAsync(context.Caller().Tenant, AuditActor.Of(context), cancellation) }, statusCode: StatusCodes.Status201Created);
    }
}
