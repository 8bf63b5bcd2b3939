using Akashi.Platform.Tenancy;

namespace Akashi.Platform.Quotas;

/// <summary>How much of the service one tenant may use at a time, over all nodes together.</summary>
/// <param name="RequestsPerSecond">Requests a second of programs with API tokens; of people with a browser as many again, and of terminals, so that none of them locks the others out. Batches do not count.</param>
/// <param name="RequestBurst">How many of them at once after a quiet time.</param>
/// <param name="IngestBytesPerSecond">Bytes a second of batches, as they are uploaded.</param>
/// <param name="IngestBurstBytes">How many of them at once after a quiet time.</param>
/// <param name="Searches">How many searches and exports run at once; more wait.</param>
public sealed record TenantLimits(int RequestsPerSecond, int RequestBurst, long IngestBytesPerSecond, long IngestBurstBytes, int Searches)
{
    /// <summary>Of a contract whose plan says nothing else: far above what ten thousand terminals send.</summary>
    public static readonly TenantLimits Standard = new(300, 3_000, 64L << 20, 1L << 30, 8);

    /// <summary>Of the largest plans, and of the operator itself.</summary>
    public static readonly TenantLimits Large = new(1_000, 10_000, 256L << 20, 4L << 30, 16);
}

/// <summary>What an operator sets for one tenant; null is as the contract's plan says.</summary>
public sealed record TenantLimitChange(int? RequestsPerSecond, int? RequestBurst, long? IngestBytesPerSecond, long? IngestBurstBytes, int? Searches)
{
    public static readonly TenantLimitChange None = new(null, null, null, null, null);

    public TenantLimits On(TenantLimits plan) => new(
        RequestsPerSecond ?? plan.RequestsPerSecond, RequestBurst ?? plan.RequestBurst,
        IngestBytesPerSecond ?? plan.IngestBytesPerSecond, IngestBurstBytes ?? plan.IngestBurstBytes, Searches ?? plan.Searches);
}

/// <summary>What the contract's plan allows; registered by the module that owns contracts.</summary>
public delegate Task<TenantLimits> FindPlanLimits(TenantId tenant, CancellationToken cancellation);
