using Akashi.Platform.Audit;
using Microsoft.Extensions.DependencyInjection;

namespace Akashi.Platform.Quotas;

internal static class QuotaServices
{
    public static void AddQuotas(this IServiceCollection services)
    {
        services.AddSingleton<TenantLimitBook>();
        services.AddSingleton<QuotaUse>();
        services.AddHostedService(provider => provider.GetRequiredService<QuotaUse>());
        services.AddSingleton<TenantQuotas>();
        services.AddSingleton<RequestQueue>();
        services.AddSingleton(RequestCeilingLimit.Standard);
        services.AddSingleton(new AuditActionName(TenantLimitBook.ChangeAction, "利用上限の変更", "Limits changed"));
    }
}
