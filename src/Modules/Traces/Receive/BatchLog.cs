using System.Buffers;

namespace Akashi.Traces.Receive;

/// <summary>The unpacked log of a batch, in an array of the shared pool: logs come by the gigabyte, and as garbage they would cost more than being read.</summary>
/// <param name="size">In bytes.</param>
internal sealed class BatchLog(int size) : IDisposable
{
    private byte[]? _array = ArrayPool<byte>.Shared.Rent(size);

    /// <summary>At least as long as the log.</summary>
    public byte[] Array => _array ?? throw new ObjectDisposedException(nameof(BatchLog));

    public ReadOnlyMemory<byte> Bytes => Array.AsMemory(0, size);

    public void Dispose()
    {
        if (_array is { } array) ArrayPool<byte>.Shared.Return(array);
        _array = null;
    }
}
