using Akashi.Platform.Quotas;

namespace Akashi.Traces;

/// <summary>What tenants share while batches arrive and questions are answered, and take turns at.</summary>
internal sealed class TraceQueues
{
    /// <summary>Files whose writers wait for the disk each hold a thread.</summary>
    private const int Writers = 32;
    private const int MaximumExports = 128;

    /// <summary>
    /// All that keeps a processor busy while somebody waits for it, in short pieces: unpacking, checking and sealing a batch; evaluating a block of
    /// traces. As many at once as there are processors.
    /// </summary>
    public FairQueue Processors { get; } = new(Environment.ProcessorCount, Environment.ProcessorCount, waitingPerTenant: 256, waiting: 2048);

    /// <summary>Writing and waiting until it is on the disk. Many at once are faster; half are always left to others.</summary>
    public FairQueue Disk { get; } = new(Writers, Writers / 2, waitingPerTenant: 256, waiting: 2048);

    /// <summary>Whole searches: how many hold memory at once. Half of the places at most are one tenant's, so that another one's begins at once.</summary>
    public FairQueue Searches { get; } = new(Environment.ProcessorCount * 2, Environment.ProcessorCount, waitingPerTenant: 64, waiting: 1024);

    /// <summary>Exports last as long as their reader; they hold up no search, and mostly wait for the network.</summary>
    public FairQueue Exports { get; } = new(MaximumExports, MaximumExports / 8, waitingPerTenant: 64, waiting: 1024);
}
