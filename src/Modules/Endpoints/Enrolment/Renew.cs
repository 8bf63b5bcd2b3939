using Akashi.Agent.Protocol;
using Akashi.Certificates.Contracts;
using Akashi.Platform.Errors;
using Akashi.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace Akashi.Endpoints.Enrolment;

/// <summary>A terminal renews its certificate over the connection that its present one authenticates.</summary>
internal static class Renew
{
    public static async Task<IResult> HandleAsync(RenewRequest request, HttpContext context, CertificateAuthority authority, CancellationToken cancellation)
    {
        var caller = context.Caller();
        if (request.CertificateRequest is null) return new FieldInvalid("certificateRequest", "", "PEM, at most 16 KB").ToProblem();
        var outcome = await authority.IssueTerminalAsync(caller.Tenant, Tmid.Parse(caller.Subject), request.CertificateRequest, cancellation);
        return outcome.TryGet(out var issued, out var failure)
            ? Results.Json(new CertificateResponse(issued.Pem, issued.AuthoritiesPem, issued.NotAfter))
            : failure.ToProblem();
    }
}
