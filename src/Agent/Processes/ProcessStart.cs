namespace Akashi.Agent.Processes;

/// <summary>A process begins to run an image; only valid during the call that hands it over.</summary>
internal ref struct ProcessStart
{
    public DateTimeOffset At;
    public int Id;
    public ulong StartTicks;
    public int ParentId;
    public ulong ParentTicks;
    public uint EffectiveUser;
    /// <summary>Who signed in; uint.MaxValue when nobody did.</summary>
    public uint LoginUser;
    public uint Session;
    public ImageKey Image;
    /// <summary>What exec was given, without NUL.</summary>
    public ReadOnlySpan<byte> Name;
    public ReadOnlySpan<byte> Arguments;
    /// <summary>Bytes of arguments the process has; more than <see cref="Arguments"/> when they could not all be read.</summary>
    public uint ArgumentsTotal;
    /// <summary>Whatever could not be read about a process that was gone too early.</summary>
    public bool Incomplete;
}
