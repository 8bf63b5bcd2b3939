using System.Diagnostics;
using System.Runtime.InteropServices;
using Akashi.TestKit.Service;

namespace Akashi.TestKit.Crash;

/// <summary>The moment a kill was sent.</summary>
/// <param name="File">Of the event that told the phase.</param>
/// <param name="FileLeft">Whether it was still there right after the kill.</param>
public sealed record Hit(Phase Phase, string File, int Pid, bool FileLeft);

/// <summary>
/// Recognises phases by the files of a running service, so that the product needs no code for tests, and kills at the one that is armed,
/// from the watching thread, within microseconds.
/// </summary>
public sealed partial class PhaseWatch : IDisposable
{
    private const int Kill = 9;
    private const string Temporary = ".tmp";
    private const string Segment = ".seg";
    private const int SegmentId = 32;
    private static readonly TimeSpan MergeBegins = TimeSpan.FromSeconds(2);

    private readonly string _objects;
    private readonly string _segments;
    private readonly string _spool;
    private readonly FolderWatch _watch;
    private readonly HashSet<string> _merged = new(StringComparer.Ordinal);
    private readonly HashSet<string> _published = new(StringComparer.Ordinal);
    private long _segmentOpenedAt;
    private volatile Armed? _armed;

    private sealed record Armed(CrashPoint Point, int Pid, TaskCompletionSource<Hit> Done);

    public PhaseWatch(RunningService service)
    {
        (_objects, _segments, _spool) = (service.ObjectsFolder, service.SegmentsFolder, Path.Combine(service.Data, "agent", "spool"));
        _watch = new FolderWatch(See);
        foreach (var folder in (string[])[_objects, _segments, _spool])
            if (Directory.Exists(folder)) _watch.Add(folder);
    }

    /// <summary>Kills the process as soon as the point's phase is seen.</summary>
    public Task<Hit> ArmAsync(CrashPoint point, int pid)
    {
        var armed = new Armed(point, pid, new TaskCompletionSource<Hit>(TaskCreationOptions.RunContinuationsAsynchronously));
        _armed = armed;
        return armed.Done.Task;
    }

    public void Disarm() => _armed = null;

    public void Dispose() => _watch.Dispose();

    private void See(FolderEvent seen)
    {
        if (PhaseOf(seen) is not { } phase || _armed is not { } armed || armed.Point.Phase != phase) return;
        _armed = null;
        var until = Stopwatch.GetTimestamp() + armed.Point.DelayMicroseconds * (Stopwatch.Frequency / 1_000_000);
        while (Stopwatch.GetTimestamp() < until) Thread.SpinWait(20);
        _ = Send(armed.Pid, Kill);
        var file = Path.Combine(seen.Folder, seen.Name);
        armed.Done.SetResult(new Hit(phase, file, armed.Pid, File.Exists(file)));
    }

    private Phase? PhaseOf(FolderEvent seen)
    {
        if (seen.Folder.StartsWith(_objects, StringComparison.Ordinal))
        {
            if (seen.Change == FolderChange.Created && seen.Name.EndsWith(Temporary, StringComparison.Ordinal)) return Phase.Receiving;
            return seen.Change == FolderChange.MovedHere ? Phase.Archived : null;
        }
        if (seen.Folder.StartsWith(_segments, StringComparison.Ordinal)) return PhaseOfSegment(seen);
        if (seen.Change == FolderChange.Created && seen.Name.EndsWith(Temporary, StringComparison.Ordinal)) return Phase.Packing;
        if (!seen.Name.EndsWith(".zip", StringComparison.Ordinal)) return null;
        return seen.Change switch { FolderChange.Opened => Phase.Sending, FolderChange.Deleted => Phase.Removing, _ => null };
    }

    /// <summary>Only the merger opens published segments here: nobody searches while the harness runs.</summary>
    private Phase? PhaseOfSegment(FolderEvent seen)
    {
        var end = seen.Name.IndexOf(Segment, StringComparison.Ordinal);
        if (end < SegmentId) return null;
        var file = seen.Name[(end - SegmentId)..end]; // its id: the final name has a day before it
        var temporary = seen.Name.EndsWith(Temporary, StringComparison.Ordinal);
        switch (seen.Change)
        {
            case FolderChange.Opened when !temporary && _published.Contains(file):
                _segmentOpenedAt = Stopwatch.GetTimestamp();
                return null;
            case FolderChange.Created when temporary:
                // The first one written after published segments were opened is their successor.
                var merging = _segmentOpenedAt != 0 && Stopwatch.GetElapsedTime(_segmentOpenedAt) < MergeBegins;
                if (merging) _merged.Add(file);
                _segmentOpenedAt = 0;
                return merging ? Phase.Merging : Phase.Flushing;
            case FolderChange.MovedHere:
                _published.Add(file);
                return _merged.Contains(file) ? Phase.Replacing : Phase.Publishing;
            default:
                return null;
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Send(int pid, int signal);
}
