using Akashi.Identity.Contracts;
using Akashi.Platform.Audit;
using Akashi.Platform.Errors;
using Akashi.Platform.OperatorAccess;
using Akashi.Platform.Tenancy;
using Akashi.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace Akashi.Operations.OperatorAccess;

/// <summary>What operators send, from the form or the API.</summary>
/// <param name="Minutes">15 to 1 440.</param>
internal sealed record AskedAccess(string SupportId, string Reason, string Basis, string? LegalReference, IReadOnlyList<string> Permissions, int Minutes);

/// <summary>The operators' half of the lifecycle, shared by pages and API.</summary>
internal sealed class OperatorSteps(OperatorGrants grants, TenantDirectory tenants)
{
    public async Task<Outcome<OperatorGrant>> AskAsync(HttpContext context, AskedAccess asked)
    {
        var caller = context.Caller();
        // JSON can leave any of them out.
        if (asked.SupportId is null || asked.Reason is null || asked.Basis is null || asked.Permissions is null || asked.Permissions.Any(id => id is null))
            return new FieldInvalid("supportId, reason, basis, permissions", "null", "\"…\"");
        GrantBasis? basis = asked.Basis switch { "consent" => GrantBasis.Consent, "legal-order" => GrantBasis.LegalOrder, _ => null };
        if (basis is null) return new FieldInvalid("basis", asked.Basis, "consent, legal-order");
        if (await FindAsync(asked.SupportId, context) is not { } tenant) return new NoSuchCustomer(asked.SupportId);
        var request = new GrantRequest(tenant.Id, caller.Tenant, caller.Subject, caller.DisplayName, asked.Reason, basis.Value, asked.LegalReference, asked.Permissions, asked.Minutes);
        return await grants.AskAsync(request, AuditActor.Of(context), context.RequestAborted);
    }

    /// <summary>A legal order needs two named people: whoever asked cannot confirm.</summary>
    public async Task<Outcome<OperatorGrant>> ConfirmAsync(HttpContext context, string supportId, Guid id)
    {
        var outcome = await OwnAsync(context, supportId, id);
        if (!outcome.TryGet(out var grant, out var failure)) return failure;
        if (grant.Basis != GrantBasis.LegalOrder) return new CustomerDecides();
        if (grant.OperatorUserId == context.Caller().Subject) return new SecondPersonNeeded();
        return await grants.StepAsync(grant.Tenant, id, GrantStep.Grant, context.Caller().DisplayName, AuditActor.Of(context), context.RequestAborted);
    }

    public async Task<Outcome<OperatorGrant>> CloseAsync(HttpContext context, string supportId, Guid id)
    {
        var outcome = await OwnAsync(context, supportId, id);
        if (!outcome.TryGet(out var grant, out var failure)) return failure;
        return await grants.StepAsync(grant.Tenant, id, GrantStep.Close, context.Caller().DisplayName, AuditActor.Of(context), context.RequestAborted);
    }

    public async Task<TenantSummary?> FindAsync(string supportId, HttpContext context) =>
        await tenants.FindBySupportIdAsync(supportId, context.RequestAborted) is { IsOperator: false } tenant ? tenant : null;

    private async Task<Outcome<OperatorGrant>> OwnAsync(HttpContext context, string supportId, Guid id)
    {
        if (await FindAsync(supportId, context) is not { } tenant) return new NoSuchCustomer(supportId);
        var grant = await grants.FindAsync(tenant.Id, id, context.RequestAborted);
        return grant?.OperatorTenant == context.Caller().Tenant ? grant : new NoSuchAccess();
    }
}
