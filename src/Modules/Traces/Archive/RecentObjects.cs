using Akashi.Platform.Objects;

namespace Akashi.Traces.Archive;

/// <summary>Objects that were stored a moment ago, as they were stored: whoever makes them searchable wants them within seconds. The oldest go first. Thread-safe.</summary>
internal sealed class RecentObjects
{
    private const long MaximumBytes = 64 << 20;

    private readonly Lock _gate = new();
    private readonly Dictionary<ObjectKey, ReadOnlyMemory<byte>> _objects = [];
    private readonly Queue<ObjectKey> _order = [];
    private long _bytes;

    public void Keep(ObjectKey key, ReadOnlyMemory<byte> stored)
    {
        lock (_gate)
        {
            if (!_objects.TryAdd(key, stored)) return;
            _order.Enqueue(key);
            _bytes += stored.Length;
            while (_bytes > MaximumBytes && _objects.Remove(_order.Dequeue(), out var oldest)) _bytes -= oldest.Length;
        }
    }

    public ReadOnlyMemory<byte>? Find(ObjectKey key)
    {
        lock (_gate) return _objects.TryGetValue(key, out var stored) ? stored : default(ReadOnlyMemory<byte>?);
    }
}
