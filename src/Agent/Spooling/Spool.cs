using System.Security.Cryptography;
using Akashi.Agent.Protocol;
using Akashi.Durability;

namespace Akashi.Agent.Spooling;

/// <summary>
/// Lines on disk until the service has them. A line gets its number when it is appended; <see cref="Write"/> moves lines from memory to the
/// segment, <see cref="Sync"/> makes them durable, <see cref="CloseBatch"/> turns the segment into a batch file. Order of the steps: a new
/// segment exists only after the old one is durable, a batch is offered only after its segment is gone. So no number is given twice to
/// lines that left the terminal, and none is skipped.
/// </summary>
internal sealed class Spool : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Lock _closing = new();
    private readonly string _folder;
    private readonly Tmid _tmid;
    private readonly SpoolLimits _limits;
    private readonly TimeProvider _clock;
    private readonly TraceLineWriter _buffer = new();
    private readonly Queue<(SegmentFile Segment, DateTimeOffset LastLine)> _closed = new();
    private SegmentFile? _segment;
    private long _next;
    private long _bufferFirst;
    private long _firstLineAt;
    private DateTimeOffset _lastLine;
    private bool _unsynced;

    private Spool(string folder, Tmid tmid, SpoolLimits limits, TimeProvider clock, SpoolRecovery recovery)
    {
        (_folder, _tmid, _limits, _clock) = (folder, tmid, limits, clock);
        _next = _bufferFirst = recovery.NextNumber;
        _segment = SegmentFile.Create(folder, _next, NewId());
        SpoolRecovery.RemoveSegments(folder, except: _segment.Path);
        Outbox = new Outbox(folder, limits.DiskBytes, recovery.Batches);
    }

    public Outbox Outbox { get; }

    public long NextNumber { get { lock (_gate) return _next; } }

    public static Spool Open(string folder, Tmid tmid, SpoolLimits limits, TimeProvider clock) =>
        new(folder, tmid, limits, clock, SpoolRecovery.Run(folder, tmid));

    /// <param name="pairs">Everything after <c>sn=…</c>, beginning with a key.</param>
    /// <returns>False when memory is full because the disk takes nothing: the line is lost, has no number, and the caller counts it.</returns>
    public bool TryAppend(DateTimeOffset at, ReadOnlySpan<byte> pairs)
    {
        lock (_gate)
        {
            if (_buffer.Length > _limits.MemoryBytes) return false;
            if (_next == _bufferFirst && (_segment?.Length ?? 0) == 0) _firstLineAt = _clock.GetTimestamp();
            _lastLine = at;
            _buffer.Time(at);
            _buffer.Raw(" loc=ja-JP type=ITM2"u8);
            _buffer.Number("sn"u8, _next++);
            _buffer.Raw(" "u8);
            _buffer.Raw(pairs);
            _buffer.EndLine();
            return true;
        }
    }

    /// <summary>Moves lines from memory into the segment file (not yet durable).</summary>
    /// <exception cref="IOException">The disk is full; the lines stay in memory for the next try.</exception>
    public void Write()
    {
        lock (_gate)
        {
            if (_segment is null || _buffer.Length == 0) return;
            _segment.Append(_buffer.Written);
            _buffer.Clear();
            _bufferFirst = _next;
            _unsynced = true;
        }
    }

    public void Sync()
    {
        lock (_closing)
        {
            lock (_gate)
            {
                if (!_unsynced) return;
                _unsynced = false;
            }
            _segment!.Sync(); // only CloseBatch replaces the segment, and it holds the same lock
        }
    }

    /// <summary>Whether the segment is old or big enough to become a batch.</summary>
    public bool IsDue(TimeSpan longestWait)
    {
        lock (_gate)
        {
            if (_segment is null || (_segment.Length == 0 && _buffer.Length == 0)) return false;
            return _next - _segment.FirstNumber >= _limits.BatchLines || _segment.Length + _buffer.Length >= _limits.BatchBytes
                || _clock.GetElapsedTime(_firstLineAt) >= longestWait;
        }
    }

    /// <summary>Turns what is there into a batch file and offers it to the sender.</summary>
    public void CloseBatch()
    {
        lock (_closing)
        {
            var old = _segment!;
            old.Sync(); // the bulk, while lines still flow
            long next;
            DateTimeOffset last;
            lock (_gate)
            {
                Write();
                if (old.Length == 0) return;
                (next, last) = (_next, _lastLine);
                _segment = null; // lines wait in memory until the next segment exists
            }
            try
            {
                old.Sync();
                Adopt(SegmentFile.Create(_folder, next, NewId()));
            }
            catch (IOException)
            {
                Adopt(old); // nothing has changed on disk; tried again at the next tick
                throw;
            }
            old.Dispose();
            _closed.Enqueue((old, last));
            PackClosed();
        }
    }

    /// <summary>Also retries what a full disk left unpacked; a crash before that is <see cref="SpoolRecovery"/>'s work.</summary>
    /// <exception cref="IOException">The disk is full; the segments stay.</exception>
    public void PackClosed()
    {
        lock (_closing)
        {
            while (_closed.TryPeek(out var closed))
            {
                Pack(closed.Segment, closed.LastLine);
                _closed.Dequeue();
            }
        }
    }

    public void Dispose() => _segment?.Dispose();

    private void Adopt(SegmentFile segment)
    {
        lock (_gate)
        {
            _segment = segment;
            _firstLineAt = _clock.GetTimestamp();
            _unsynced = false;
        }
    }

    private void Pack(SegmentFile segment, DateTimeOffset lastLine)
    {
        var name = BatchFile.Write(_folder, _tmid, segment.Batch, segment.Path, segment.Length, lastLine);
        File.Delete(segment.Path);
        DurableFile.SyncFolder(_folder);
        Outbox.Add(name.FileName);
    }

    private static BatchId NewId() => BatchId.Parse(RandomNumberGenerator.GetHexString(BatchId.Length, lowercase: true));
}
