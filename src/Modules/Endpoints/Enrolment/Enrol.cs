using System.Text;
using Akashi.Agent.Protocol;
using Akashi.Certificates.Contracts;
using Akashi.Endpoints.Contracts;
using Akashi.Endpoints.Terminals;
using Akashi.Platform.Crypto;
using Akashi.Platform.Database;
using Akashi.Platform.Errors;
using Akashi.Platform.Events;
using Microsoft.AspNetCore.Http;

namespace Akashi.Endpoints.Enrolment;

/// <summary>A terminal trades its one-time token and a certificate request for a certificate. Its private key never leaves it.</summary>
internal static class Enrol
{
    private const int MaximumName = 255;
    private const int MaximumRequest = 16 * 1024;

    private const string Register = """
        INSERT INTO endpoints.terminal (tenant_id, tmid, kind, computer_name, computer_key, operating_system, agent_version, registered_at, last_seen_at)
        VALUES (@tenant, @tmid, 'agent', @ComputerName, @key, @OperatingSystem, @AgentVersion, @now, @now)
        ON CONFLICT (tenant_id, tmid) DO UPDATE
        SET kind = 'agent', computer_name = excluded.computer_name, computer_key = excluded.computer_key,
            operating_system = excluded.operating_system, agent_version = excluded.agent_version, last_seen_at = excluded.last_seen_at
        WHERE endpoints.terminal.kind = 'imported' OR @repeated
        """;

    public static async Task<IResult> HandleAsync(EnrolRequest request, AkashiDatabase database, EnrolmentTokens tokens, EventOutbox events, CertificateAuthority authority, TimeProvider clock, CancellationToken cancellation)
    {
        if (Validate(request) is { } fault) return fault.ToProblem();
        var tmid = Tmid.Parse(request.Tmid);
        // The token's own form is checked with the token: a malformed one is told nothing more than a wrong one.
        if (!EnrolmentTokens.TryRead(request.Token, out var token)) return new EnrolmentTokenRefused().ToProblem();
        var tenant = token.Tenant;
        var key = Sha256.Of(Encoding.UTF8.GetBytes(request.CertificateRequest));

        await using (var session = await database.OpenAsync(tenant, cancellation))
        {
            if (await tokens.UseAsync(session, token, tmid, key, cancellation) is not { } repeated) return new EnrolmentTokenRefused().ToProblem();
            var changed = await session.ExecuteAsync(Register, new
            {
                tenant,
                tmid = request.Tmid,
                request.ComputerName,
                key = SearchKey.Of(request.ComputerName),
                request.OperatingSystem,
                request.AgentVersion,
                now = clock.GetUtcNow(),
                repeated,
            }, cancellation);
            if (changed == 0) return new TerminalExists(request.Tmid).ToProblem();
            // A terminal that asks again because our answer was lost is told of once.
            if (!repeated) await events.PublishAsync(session, new TerminalEnrolled(request.Tmid, request.ComputerName, request.OperatingSystem), cancellation);
            await session.CommitAsync(cancellation);
        }
        if (!(await authority.IssueTerminalAsync(tenant, tmid, request.CertificateRequest, cancellation)).TryGet(out var issued, out var failure)) return failure.ToProblem();
        return Results.Json(new CertificateResponse(issued.Pem, issued.AuthoritiesPem, issued.NotAfter));
    }

    private static FieldInvalid? Validate(EnrolRequest request)
    {
        if (!Tmid.TryParse(request.Tmid, out _)) return new FieldInvalid("tmid", request.Tmid, "8-4-4-4-12 letters or digits");
        if (request.CertificateRequest is not { Length: > 0 and <= MaximumRequest }) return new FieldInvalid("certificateRequest", "…", "PEM, at most 16 KB");
        if (request.ComputerName is not { Length: > 0 and <= MaximumName }) return new FieldInvalid("computerName", request.ComputerName, "1–255 characters");
        if (request.OperatingSystem is not { Length: <= MaximumName }) return new FieldInvalid("operatingSystem", request.OperatingSystem, "at most 255 characters");
        if (request.AgentVersion is not { Length: <= 64 }) return new FieldInvalid("agentVersion", request.AgentVersion, "at most 64 characters");
        return request.Token is null ? new FieldInvalid("token", "", "required") : null;
    }
}
