using Akashi.Platform.Audit;

namespace Akashi.Platform.Retention;

/// <summary>One kind of data with one period.</summary>
/// <param name="Id">Stable: in settings, records and the API.</param>
/// <param name="DefaultDays">Whole days after the day on which it came to be. A tenant may lengthen, never shorten.</param>
public sealed record RetentionClass(string Id, int DefaultDays, string Japanese, string English)
{
    public const int MaximumDays = 3660;

    public static readonly RetentionClass TraceSearch = new("trace-search", 90, "証跡の検索", "Searchable traces");
    public static readonly RetentionClass TraceArchive = new("trace-archive", 365, "証跡の原本", "Original traces");
    public static readonly RetentionClass GatewayLog = new("gateway-log", 90, "ゲートウェイのログ", "Gateway log");
    public static readonly RetentionClass SignInLog = new("sign-in-log", 180, "サインインの記録", "Sign-in records");
    public static readonly RetentionClass Reports = new("reports", 396, "レポート", "Reports");
    public static readonly RetentionClass AuditLog = new("audit-log", AuditRetention.DefaultDays, "監査ログ", "Audit log");

    /// <summary>The one catalogue.</summary>
    public static readonly IReadOnlyList<RetentionClass> All = [TraceSearch, TraceArchive, GatewayLog, SignInLog, Reports, AuditLog];
}
