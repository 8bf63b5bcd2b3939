using Akashi.Identity.Users;
using Akashi.Platform.Audit;
using Akashi.Platform.Database;
using Akashi.Platform.Errors;
using Akashi.Platform.Tenancy;
using Microsoft.AspNetCore.Http;

namespace Akashi.Identity.SignInPolicies;

internal sealed record FactorsStayTwo() : Failure("factors-stay-two", StatusCodes.Status409Conflict)
{
    public override string Japanese => "サインインを 2 要素より少なくすることはできません。";
    public override string English => "Sign-in cannot be lowered to fewer than two factors.";
}

/// <summary>How a tenant's people prove who they are. Two factors are the default and cannot be left again (PF-05).</summary>
internal sealed class Factors(AkashiDatabase database, AuditLog audit, TimeProvider clock)
{
    public const string Password = "password";
    public const string PasswordAndMail = "password+mail";

    // Without a row both are asked for.
    private const string Find = "SELECT coalesce((SELECT factors FROM identity.sign_in_policy), 'password+mail')";

    private const string Raise = """
        UPDATE identity.sign_in_policy SET factors = 'password+mail', changed_at = @now WHERE factors = 'password'
        """;

    public static Task<string> OfAsync(TenantSession session, CancellationToken cancellation) => session.QuerySingleAsync<string>(Find, cancellation: cancellation);

    public async Task<string> OfAsync(TenantId tenant, CancellationToken cancellation) => (await database.QueryOnceAsync<string>(tenant, Find, cancellation: cancellation))[0];

    /// <param name="factors">What is wanted; only <see cref="PasswordAndMail"/> is accepted.</param>
    public async Task<Failure?> ChangeAsync(Actor actor, string? factors, CancellationToken cancellation)
    {
        if (factors is not (Password or PasswordAndMail)) return new FieldInvalid("factors", factors, $"{PasswordAndMail}");
        if (factors == Password) return new FactorsStayTwo();
        await using var session = await database.OpenAsync(actor.Tenant, cancellation);
        if (await session.ExecuteAsync(Raise, new { now = clock.GetUtcNow() }, cancellation) == 0) return null; // it is so already
        await audit.WriteAsync(session, actor.Audited, new AuditEntry("sign-in-policy.change", "factors", new { Factors = Password }, new { Factors = PasswordAndMail }), cancellation);
        await session.CommitAsync(cancellation);
        return null;
    }
}
