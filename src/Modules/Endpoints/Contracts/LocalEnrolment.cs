using System.Text;
using Akashi.Durability;
using Akashi.Endpoints.Enrolment;
using Akashi.Platform.Audit;
using Akashi.Platform.Tenancy;

namespace Akashi.Endpoints.Contracts;

/// <summary>Lets the agent on the service's own machine enrol by itself at the first start.</summary>
public sealed class LocalEnrolment
{
    private readonly EnrolmentTokens _tokens;

    internal LocalEnrolment(EnrolmentTokens tokens) => _tokens = tokens;

    /// <summary>Writes a fresh one-time token, readable by this account alone, unless one waits there.</summary>
    public async Task WriteTokenAsync(TenantId tenant, string path, CancellationToken cancellation)
    {
        if (File.Exists(path)) return;
        var token = await _tokens.CreateAsync(tenant, AuditActor.Service("first-start"), cancellation);
        DurableFile.Write(path, Encoding.ASCII.GetBytes(token));
    }
}
