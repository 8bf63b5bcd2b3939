using Akashi.Agent.Files;
using Akashi.Agent.Kernel;
using Akashi.Agent.Recording;

namespace Akashi.Agent.Collecting;

/// <summary>fanotify is not permitted, or this kernel is too old.</summary>
internal sealed class FanotifyException(string message) : Exception(message);

/// <summary>File events of the whole machine by fanotify, notification class only (Linux 5.17 or newer, root).</summary>
internal sealed unsafe class FileCollector : ICollector
{
    private const uint CloseOnExec = 1, NonBlocking = 2, ReportId = 0x200, ReportFolder = 0x400, ReportName = 0x800, ReportTarget = 0x1000;
    private const int BufferBytes = 256 * 1024;

    /// <summary>More than the longest event: the kernel leaves no more room than this while it has another.</summary>
    private const int EventBytes = 4096;
    private static readonly TimeSpan MountInterval = TimeSpan.FromSeconds(5);

    private readonly int _group;
    private readonly MarkedFileSystems _fileSystems;
    private readonly FileRecorder _recorder;
    private readonly Counters _counters;
    private readonly TimeProvider _clock;
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(BufferBytes, pinned: true);
    private int _length;
    private long _mountsRead;

    /// <exception cref="FanotifyException">Not permitted or not offered.</exception>
    public FileCollector(Func<FolderPaths, FileRecorder> recorder, Counters counters, TimeProvider clock, Log log)
    {
        (_counters, _clock) = (counters, clock);
        _group = LibC.FanotifyInit(CloseOnExec | NonBlocking | ReportId | ReportFolder | ReportName | ReportTarget, 0);
        if (_group < 0) throw new FanotifyException($"fanotify cannot be used: {LibC.Error}. It needs root and Linux 5.17 or newer.");
        _fileSystems = new MarkedFileSystems(_group, log);
        Folders = new FolderPaths(_fileSystems);
        _recorder = recorder(Folders);
        RefreshMounts();
        if (_fileSystems.Count > 0) return;
        Dispose();
        throw new FanotifyException("fanotify may not watch any of this machine's file systems; run the agent as root.");
    }

    public FolderPaths Folders { get; }

    public IEnumerable<(string Kind, string Source)> Sources => [("File", "fanotify")];

    public int Descriptor => -1; // the kernel merges what waits, so a round later means fewer and no lost events

    public bool More => _length > BufferBytes - EventBytes;

    public void Fetch()
    {
        fixed (byte* target = _buffer)
        {
            var read = LibC.Read(_group, target, BufferBytes);
            _length = read > 0 ? (int)read : 0;
        }
    }

    public void Deliver()
    {
        var now = _clock.GetUtcNow();
        ReadOnlySpan<byte> events = _buffer.AsSpan(0, _length);
        while (FanotifyEvent.TryRead(ref events, out var change))
        {
            // The kernel does not count what did not fit into its queue: at least one.
            if (change.Mask.HasFlag(FanotifyMask.Overflow)) _counters.Lost("fanotify", 1);
            else if (!change.At.IsEmpty) _recorder.Changed(change, now);
        }
        if (_clock.GetElapsedTime(_mountsRead) >= MountInterval) RefreshMounts();
    }

    public void Dispose()
    {
        _fileSystems.Dispose();
        _ = LibC.Close(_group);
    }

    private void RefreshMounts()
    {
        _fileSystems.Refresh();
        _mountsRead = _clock.GetTimestamp();
    }
}
