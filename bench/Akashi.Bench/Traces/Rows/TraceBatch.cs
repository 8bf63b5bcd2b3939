using Akashi.Agent.Protocol;

namespace Akashi.Bench.Traces.Rows;

/// <param name="Log">Lines with their terminators.</param>
internal sealed record TraceBatch(int Terminal, Tmid Tmid, DateTimeOffset SendTime, byte[] Log, int Lines);
