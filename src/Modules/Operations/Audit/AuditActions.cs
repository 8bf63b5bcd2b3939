using Akashi.Platform.Audit;
using Microsoft.Extensions.DependencyInjection;

namespace Akashi.Operations.Audit;

/// <summary>The audit log's entries about itself.</summary>
internal static class AuditActions
{
    public const string Download = "audit.download";
    public const string Export = "audit.export";

    public static void AddNames(IServiceCollection services)
    {
        services.AddSingleton(new AuditActionName(Download, "監査ログの CSV 保存", "Audit log saved as CSV"));
        services.AddSingleton(new AuditActionName(Export, "監査ログの証明付き出力", "Audit log exported with proof"));
        services.AddSingleton(new AuditActionName(AuditRetention.DeleteAction, "保存期間を過ぎた監査ログの削除", "Audit entries past retention deleted"));
    }
}
