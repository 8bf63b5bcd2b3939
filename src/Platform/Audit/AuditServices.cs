using Akashi.Platform.Merkle;
using Microsoft.Extensions.DependencyInjection;

namespace Akashi.Platform.Audit;

internal static class AuditServices
{
    public static void AddAudit(this IServiceCollection services)
    {
        services.AddSingleton<HeadSigner>();
        services.AddSingleton<AuditLog>();
        services.AddSingleton<AuditSearch>();
        services.AddSingleton<AuditExport>();
        services.AddSingleton<AuditRetention>();
        services.AddSingleton<AuditVerification>();
        services.AddHostedService<AuditSequencer>();
    }
}
