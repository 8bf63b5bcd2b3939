using Akashi.Identity.Contracts;
using Akashi.Platform.Audit;
using Akashi.Platform.Hosting;

namespace Akashi.Operations.Audit;

/// <summary>The audit log's part of <c>akashi verify</c>, tenant by tenant.</summary>
internal sealed class AuditCheck(TenantDirectory tenants, AuditVerification verification) : IArchiveCheck
{
    public async Task<bool> VerifyAsync(TextWriter report, CancellationToken cancellation)
    {
        var findings = 0;
        foreach (var tenant in await tenants.ListEverAsync(cancellation))
        {
            var before = findings;
            var state = await verification.VerifyAsync(tenant.Id, finding =>
            {
                findings++;
                report.WriteLine($"{tenant.SupportId}: {finding}");
            }, cancellation);
            report.WriteLine($"{tenant.SupportId}: {state.Entries} audit entries in the log, {state.Pending} pending, {state.Deleted} aged out, {findings - before} findings");
        }
        return findings == 0;
    }
}
