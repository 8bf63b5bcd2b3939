using System.Buffers;
using System.Text;
using Akashi.Agent.Protocol;
using Akashi.Agent.Recording;
using Akashi.Agent.Terminals;

namespace Akashi.Agent.Processes;

/// <summary>
/// Keeps the process table and writes ps records. A start whose image is still being hashed waits for it, at most two seconds; stops are
/// written by <see cref="Settle"/>, after the file events that were read in the same round.
/// </summary>
internal sealed class ProcessRecorder(Terminal terminal, ProcessTable table, ImageCatalogue images, UserNames users, LineComposer line, Counters counters, TimeProvider clock)
{
    private const int MostWaiting = 4096;
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(2);

    private readonly Queue<WaitingStart> _waiting = new();
    private readonly Queue<(ProcessEntry Entry, int? ExitCode, DateTimeOffset At)> _stops = new();
    private readonly ArrayBufferWriter<byte> _commandLine = new(4096);

    private sealed record WaitingStart(byte[] Pairs, Image Image, DateTimeOffset At, long Since);

    public Exclusions? Exclusions { get; set; }

    /// <summary>The agent itself: what it does is left out.</summary>
    public int OwnProcess { get; init; } = Environment.ProcessId;

    /// <summary>Processes that already run: they are remembered, recorded as ps/run, and give ancestry to what they start.</summary>
    public void Seed()
    {
        foreach (var facts in ProcFolder.Ids().Select(ProcFolder.Read).OfType<ProcFacts>().OrderBy(f => f.StartTicks).ToList())
        {
            if (table.Find(facts.Id, facts.StartTicks) is { Announced: true }) continue; // its start came through the kernel in the meantime
            var entry = Remember(facts);
            if (entry.Excluded || facts.Path.Length == 0) continue; // kernel threads have no image
            WriteIdentity(line.Begin("ps"u8, "run"u8), entry, facts.LoginUser, facts.Session);
            WriteCommandLine(line.Pairs, facts.Arguments);
            line.Record(clock.GetUtcNow());
            entry.Announced = true;
        }
    }

    public ProcessEntry? Find(int id) => table.Find(id);

    /// <summary>The process behind an event; asked from /proc when it began before the agent or its fork was lost.</summary>
    /// <param name="startTicks">When it began, 0 if the source cannot tell: a connection can end long after its process did, and the id be another's.</param>
    public ProcessEntry? Resolve(int id, ulong startTicks = 0)
    {
        if (id <= 0) return null;
        if (table.Find(id) is { } known && (startTicks == 0 || known.StartTicks == startTicks)) return known;
        return ProcFolder.Read(id) is { } facts && (startTicks == 0 || facts.StartTicks == startTicks) ? Remember(facts) : null;
    }

    public void Forked(int id, ulong startTicks, int parent, ulong parentTicks)
    {
        counters.Event();
        if (table.Find(id, startTicks) is null) table.Fork(id, startTicks, parent, parentTicks);
    }

    public void Started(in ProcessStart start)
    {
        counters.Event();
        var entry = table.Find(start.Id, start.StartTicks) ?? table.Fork(start.Id, start.StartTicks, start.ParentId, start.ParentTicks);
        if (entry.ParentGuid.Length == 0 && Resolve(start.ParentId) is { } parent) table.Inherit(entry, parent);
        var image = images.Find(start.Image, start.Id, start.Name);
        (entry.Path, entry.User, entry.Pairs) = (image.Path, users.Of(start.EffectiveUser), null);
        entry.Excluded |= IsExcluded(entry);
        if (entry.Excluded)
        {
            counters.ProcessExcluded();
            return;
        }
        entry.Announced = true;
        WriteIdentity(line.Begin("ps"u8, "start"u8), entry, start.LoginUser, start.Session);
        WriteArguments(line.Pairs, start);
        if (image.Finished || _waiting.Count >= MostWaiting) Finish(line.Pairs, image, start.At);
        else _waiting.Enqueue(new WaitingStart(line.Pairs.Written.ToArray(), image, start.At, clock.GetTimestamp()));
    }

    /// <param name="exitCode">Null when the source cannot tell it.</param>
    public void Stopped(int id, ulong startTicks, int? exitCode, DateTimeOffset at)
    {
        counters.Event();
        if (table.Find(id, startTicks) is not { EndedAt: 0 } entry) return;
        table.End(entry);
        if (entry.Excluded && entry.Announced) counters.ProcessExcluded();
        else if (entry.Announced) _stops.Enqueue((entry, exitCode, at));
    }

    /// <summary>End of a round: starts whose image has been read, then stops.</summary>
    /// <param name="all">True at the agent's stop: nothing waits any longer.</param>
    public void Settle(bool all = false)
    {
        while (_waiting.TryPeek(out var waiting) && (all || waiting.Image.Finished || clock.GetElapsedTime(waiting.Since) > LongestWait))
        {
            _waiting.Dequeue();
            line.Pairs.Clear();
            line.Pairs.Raw(waiting.Pairs);
            Finish(line.Pairs, waiting.Image, waiting.At);
        }
        while (_stops.TryDequeue(out var stop))
        {
            var pairs = line.Begin("ps"u8, "stop"u8);
            WriteIdentity(pairs, stop.Entry, uint.MaxValue, uint.MaxValue);
            if (stop.ExitCode is { } code) pairs.Number("exitCode"u8, code);
            line.Record(stop.At);
        }
        table.Forget();
    }

    /// <summary>A new policy: it also holds for what already runs.</summary>
    public void Reconsider()
    {
        foreach (var entry in table.All.OrderBy(e => e.StartTicks).ToList())
        {
            entry.Excluded = IsExcluded(entry) || (entry.ParentId > 0 && table.Find(entry.ParentId) is { Excluded: true } parent && table.GuidOf(parent) == entry.ParentGuid);
        }
    }

    /// <summary>Process pairs for file and connection records.</summary>
    public byte[] PairsOf(ProcessEntry entry)
    {
        if (entry.Pairs is { } known) return known;
        var pairs = new TraceLineWriter();
        pairs.Bare("psGUID"u8, table.GuidOf(entry));
        pairs.Quoted("psPath"u8, entry.Path);
        pairs.Number("psID"u8, entry.Id);
        // A fork without exec has no start record of its own: its parent is told here.
        if (!entry.Announced && entry.ParentGuid.Length > 0) pairs.Bare("parentGUID"u8, entry.ParentGuid);
        pairs.Quoted("psUser"u8, entry.User);
        pairs.Quoted("psDomain"u8, terminal.ComputerName);
        return entry.Pairs = pairs.Written.ToArray();
    }

    private bool IsExcluded(ProcessEntry entry) => entry.Id == OwnProcess || Exclusions?.Process(entry.Path) == true;

    private ProcessEntry Remember(ProcFacts facts)
    {
        var entry = new ProcessEntry(facts.Id, facts.StartTicks) { Path = facts.Path, User = users.Of(facts.EffectiveUser), ParentId = facts.ParentId };
        if (table.Find(facts.ParentId) is { } parent) table.Inherit(entry, parent);
        entry.Excluded |= IsExcluded(entry);
        table.Add(entry);
        return entry;
    }

    private void WriteIdentity(TraceLineWriter pairs, ProcessEntry entry, uint login, uint session)
    {
        if (session != uint.MaxValue) pairs.Number("sessionID"u8, session);
        if (login != uint.MaxValue) pairs.Quoted("usr"u8, users.Of(login));
        pairs.Bare("psGUID"u8, table.GuidOf(entry));
        pairs.Quoted("psPath"u8, entry.Path);
        pairs.Number("psID"u8, entry.Id);
        if (entry.ParentGuid.Length > 0)
        {
            pairs.Bare("parentGUID"u8, entry.ParentGuid);
            pairs.Quoted("parentPath"u8, entry.ParentPath);
        }
        pairs.Quoted("psUser"u8, entry.User);
        pairs.Quoted("psDomain"u8, terminal.ComputerName);
    }

    private void WriteArguments(TraceLineWriter pairs, in ProcessStart start)
    {
        var incomplete = start.Incomplete;
        if (start.Arguments.Length >= start.ArgumentsTotal) WriteCommandLine(pairs, start.Arguments);
        else if (ProcFolder.Read(start.Id) is { } facts && facts.StartTicks == start.StartTicks && facts.Arguments.Length >= start.Arguments.Length) WriteCommandLine(pairs, facts.Arguments);
        else
        {
            if (start.Arguments.Length > 0) WriteCommandLine(pairs, start.Arguments);
            incomplete = true;
        }
        if (incomplete) pairs.Bare("incomplete"u8, "cmd"u8);
    }

    private void WriteCommandLine(TraceLineWriter pairs, ReadOnlySpan<byte> arguments)
    {
        _commandLine.ResetWrittenCount();
        CommandLineText.Write(arguments, _commandLine);
        pairs.Quoted("cmd"u8, _commandLine.WrittenSpan);
    }

    private void Finish(TraceLineWriter pairs, Image image, DateTimeOffset at)
    {
        if (image.Digest is { } digest)
        {
            pairs.Bare("md5"u8, digest.Md5);
            pairs.Bare("sha256"u8, digest.Sha256);
        }
        if (image.Key.Inode != 0) pairs.Number("size"u8, checked((long)Math.Min(image.Key.Size, long.MaxValue)));
        line.Record(at);
    }
}
