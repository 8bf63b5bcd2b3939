using System.Collections.Frozen;
using Akashi.Platform.Quotas;
using Akashi.Platform.Tenancy;

namespace Akashi.Identity.Contracts;

public enum TenantStatus
{
    Active,
    /// <summary>Nobody signs in; terminals go on sending, so that no evidence is lost.</summary>
    Suspended,
    /// <summary>Nothing comes in or out; until the countdown ends everything can be taken back.</summary>
    Ended,
    /// <summary>The data key is destroyed, the data deleted.</summary>
    Erased,
}

/// <summary>What a contract can include.</summary>
public enum Entitlement
{
    /// <summary>Traces of terminals, dashboards, client management.</summary>
    EndpointTraces,
    /// <summary>A package of all traces every day (IT-15).</summary>
    DailyLog,
    ManagedResponse,
    Authentication,
    LoginProtect,
    SecureBrowser,
    /// <summary>A pair of connectors to the customer's network (SB-16: the intranet plans).</summary>
    Connectors,
    /// <summary>Certificates by the KeyManager client instead of p12 files (SB-16: the Plus plans).</summary>
    KeyManager,
    FileAccess,
    DisasterRecovery,
}

/// <summary>What one tenant may use now.</summary>
/// <param name="Plan">Name of the plan, one of <see cref="PlanCatalogue.Plans"/>.</param>
public sealed record Entitlements(TenantId Tenant, TenantStatus Status, string Plan, bool Trial, IReadOnlySet<Entitlement> Included)
{
    /// <summary>Whether terminals and background work go on; people also need <see cref="TenantStatus.Active"/> to sign in.</summary>
    public bool IsRunning => Status is TenantStatus.Active or TenantStatus.Suspended;

    /// <summary>Whether the contract is running and includes it.</summary>
    public bool Allows(Entitlement entitlement) => IsRunning && Included.Contains(entitlement);
}

/// <summary>Plans and options that can be sold, and what each includes.</summary>
public static class PlanCatalogue
{
    public static readonly FrozenDictionary<string, IReadOnlyList<Entitlement>> Plans = new Dictionary<string, IReadOnlyList<Entitlement>>(StringComparer.Ordinal)
    {
        ["service"] = [],
        ["standard"] = [Entitlement.EndpointTraces],
        ["response"] = [Entitlement.EndpointTraces, Entitlement.ManagedResponse],
        ["authentication"] = [Entitlement.Authentication],
        ["cloud"] = [Entitlement.SecureBrowser],
        ["cloud-intranet"] = [Entitlement.SecureBrowser, Entitlement.Connectors],
        ["plus-cloud"] = [Entitlement.SecureBrowser, Entitlement.KeyManager],
        ["plus-cloud-intranet"] = [Entitlement.SecureBrowser, Entitlement.KeyManager, Entitlement.Connectors],
        ["complete"] = Enum.GetValues<Entitlement>(),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static readonly FrozenDictionary<string, Entitlement> Options = new Dictionary<string, Entitlement>(StringComparer.Ordinal)
    {
        ["daily-log"] = Entitlement.DailyLog,
        ["managed-response"] = Entitlement.ManagedResponse,
        ["authentication"] = Entitlement.Authentication,
        ["login-protect"] = Entitlement.LoginProtect,
        ["file-access"] = Entitlement.FileAccess,
        ["disaster-recovery"] = Entitlement.DisasterRecovery,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>How much of the service a contract of the plan may use at a time, unless the operator sets something else.</summary>
    internal static TenantLimits LimitsOf(string plan) => plan is "service" or "complete" ? TenantLimits.Large : TenantLimits.Standard;

    /// <summary>Names that a newer node wrote and this one does not know include nothing.</summary>
    internal static FrozenSet<Entitlement> Included(string plan, IEnumerable<string> options) =>
        Plans.GetValueOrDefault(plan, []).Concat(options.Where(Options.ContainsKey).Select(option => Options[option])).ToFrozenSet();
}
