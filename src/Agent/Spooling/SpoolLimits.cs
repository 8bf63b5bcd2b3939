namespace Akashi.Agent.Spooling;

/// <summary>Bounds of the spool.</summary>
/// <param name="DiskBytes">Batches kept while the service is away; beyond it the oldest are given up and counted. Default 2 GB.</param>
/// <param name="BatchLines">A batch is closed at so many lines; default 20,000.</param>
/// <param name="BatchBytes">A batch is closed at so many bytes before compression; default 8 MB.</param>
/// <param name="MemoryBytes">Lines held in memory while the disk refuses them; beyond it they are dropped and counted. Default 8 MB.</param>
internal sealed record SpoolLimits(long DiskBytes = 2L << 30, int BatchLines = 20_000, int BatchBytes = 8 << 20, int MemoryBytes = 8 << 20);
