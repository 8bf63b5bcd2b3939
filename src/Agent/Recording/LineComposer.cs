using Akashi.Agent.Protocol;
using Akashi.Agent.Spooling;
using Akashi.Agent.Terminals;

namespace Akashi.Agent.Recording;

/// <summary>One reusable line: begin, add pairs to <see cref="Pairs"/>, record. One instance for each thread that writes.</summary>
internal sealed class LineComposer(Terminal terminal, Spool spool, Counters counters)
{
    public TraceLineWriter Pairs { get; } = new();

    public TraceLineWriter Begin(ReadOnlySpan<byte> evt, ReadOnlySpan<byte> subEvt)
    {
        Pairs.Clear();
        Pairs.Number("lv"u8, 5);
        Pairs.Bare("evt"u8, evt);
        Pairs.Bare("subEvt"u8, subEvt);
        Pairs.Raw(" "u8);
        Pairs.Raw(terminal.CommonPairs);
        return Pairs;
    }

    public bool Record(DateTimeOffset at) => Record(at, Pairs.Written);

    /// <returns>False if the spool takes nothing; the loss is counted.</returns>
    public bool Record(DateTimeOffset at, ReadOnlySpan<byte> pairs)
    {
        if (spool.TryAppend(at, pairs))
        {
            counters.Line();
            return true;
        }
        counters.Lost("spool", 1);
        return false;
    }
}
