using System.Runtime.CompilerServices;

namespace Akashi.Agent.Kernel.Bpf;

/// <summary>
/// Reader's side of a BPF ring buffer (Documentation/bpf/ringbuf.rst): one page with our position, one with the kernel's, then the data mapped twice
/// in a row so that a record never wraps.
/// </summary>
internal sealed unsafe class RingBuffer : IDisposable
{
    private const uint Busy = 1u << 31, Discarded = 1u << 30;
    private const int RecordHeader = 8;

    private readonly int _size;
    private readonly byte* _consumer;
    private readonly byte* _producer;
    private readonly nuint _producerLength;
    private bool _disposed;

    public RingBuffer(int descriptor, int size)
    {
        (Descriptor, _size) = (descriptor, size);
        var page = Environment.SystemPageSize;
        _producerLength = (nuint)(page + 2 * size);
        _consumer = (byte*)LibC.MapMemory(null, (nuint)page, 3, 1, descriptor, 0);
        if ((nint)_consumer == -1) throw new BpfException($"The ring buffer's position page cannot be mapped: {LibC.Error}.");
        _producer = (byte*)LibC.MapMemory(null, _producerLength, 1, 1, descriptor, page);
        if ((nint)_producer == -1)
        {
            var error = LibC.Error;
            _ = LibC.UnmapMemory(_consumer, (nuint)page);
            throw new BpfException($"The ring buffer of {size} bytes cannot be mapped: {error}.");
        }
    }

    public delegate void Handler(ReadOnlySpan<byte> record);

    public int Descriptor { get; }

    /// <summary>Hands over every finished record; a record is only valid during the call.</summary>
    public int Drain(Handler handler)
    {
        var count = 0;
        var position = *(ulong*)_consumer;
        var data = _producer + Environment.SystemPageSize;
        while (position < Volatile.Read(ref Unsafe.AsRef<ulong>(_producer)))
        {
            var header = data + (position & (ulong)(_size - 1));
            var length = Volatile.Read(ref Unsafe.AsRef<uint>(header));
            if ((length & Busy) != 0) break;
            var bytes = (int)(length & ~Discarded);
            if ((length & Discarded) == 0 && bytes <= _size)
            {
                handler(new ReadOnlySpan<byte>(header + RecordHeader, bytes));
                count++;
            }
            position += (ulong)((bytes + RecordHeader + 7) & ~7);
            Volatile.Write(ref Unsafe.AsRef<ulong>(_consumer), position);
        }
        return count;
    }

    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        _ = LibC.UnmapMemory(_consumer, (nuint)Environment.SystemPageSize);
        _ = LibC.UnmapMemory(_producer, _producerLength);
    }
}
