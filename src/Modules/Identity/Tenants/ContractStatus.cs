using Akashi.Identity.Contracts;

namespace Akashi.Identity.Tenants;

/// <summary>What can be done to a contract.</summary>
internal enum ContractStep
{
    Suspend,
    Resume,
    /// <summary>Ends it and starts the countdown to erasure.</summary>
    End,
    /// <summary>Takes the end back while the countdown runs.</summary>
    TakeBack,
    /// <summary>Destroys key and data once the countdown is over.</summary>
    Erase,
}

/// <summary>The lifecycle of a contract: every step not named here is refused.</summary>
internal static class ContractStatus
{
    public static TenantStatus? After(TenantStatus status, ContractStep step) => (status, step) switch
    {
        (TenantStatus.Active, ContractStep.Suspend) => TenantStatus.Suspended,
        (TenantStatus.Suspended, ContractStep.Resume) => TenantStatus.Active,
        (TenantStatus.Active or TenantStatus.Suspended, ContractStep.End) => TenantStatus.Ended,
        (TenantStatus.Ended, ContractStep.TakeBack) => TenantStatus.Active,
        (TenantStatus.Ended, ContractStep.Erase) => TenantStatus.Erased,
        _ => null,
    };
}
