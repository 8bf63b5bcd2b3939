using Akashi.Platform.Quotas;

namespace Akashi.Traces.Receive;

/// <summary>What tenants share while batches arrive, and take turns at.</summary>
internal sealed class ReceiveQueues
{
    private const int WaitingPerTenant = 256;
    private const int Waiting = 2048;

    /// <summary>Files whose writers wait for the disk each hold a thread.</summary>
    private const int Writers = 32;

    /// <summary>Unpacking, checking and sealing: as many at once as there are processors, so that each is short.</summary>
    public FairQueue Processors { get; } = new(Environment.ProcessorCount, Environment.ProcessorCount, WaitingPerTenant, Waiting);

    /// <summary>Writing and waiting until it is on the disk. Many at once are faster; half are always left to others.</summary>
    public FairQueue Disk { get; } = new(Writers, Writers / 2, WaitingPerTenant, Waiting);
}
