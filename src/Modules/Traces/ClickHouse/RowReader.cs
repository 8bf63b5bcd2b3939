using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Akashi.Traces.Search;
using Akashi.Traces.Store.Format;

namespace Akashi.Traces.ClickHouse;

/// <summary>
/// Rows of an answer in RowBinary as they come. A server that fails in the middle writes its complaint behind the rows and ends as if all were well; so
/// each row begins with a number drawn for this question, and what begins otherwise is a complaint.
/// </summary>
internal sealed class RowReader(HttpResponseMessage answer, Stream stream, ulong mark) : IDisposable
{
    /// <summary>No line is longer than its log.</summary>
    private const int MaxBytes = SegmentFormat.MaxLogBytes;
    private const int MaxComplaint = 2_000;

    private byte[] _buffer = new byte[1 << 16];
    private int _at;
    private int _end;

    /// <param name="select">Stands behind SELECT.</param>
    public static async Task<RowReader> AskAsync(ClickHouseServer server, string select, int seconds, CancellationToken cancellation)
    {
        var mark = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8)) | 1UL << 63;
        var answer = await server.AskAsync($"SELECT toUInt64({mark}) AS mark, {select} FORMAT RowBinary", seconds, cancellation);
        try
        {
            return new RowReader(answer, await answer.Content.ReadAsStreamAsync(cancellation), mark);
        }
        catch
        {
            answer.Dispose();
            throw;
        }
    }

    /// <returns>False at the end.</returns>
    /// <exception cref="TraceStoreException">The server failed on the way.</exception>
    public async ValueTask<bool> NextAsync(CancellationToken cancellation)
    {
        if (_at == _end && !await FillAsync(cancellation)) return false;
        if (await HasAsync(sizeof(ulong), cancellation) && BinaryPrimitives.ReadUInt64LittleEndian(_buffer.AsSpan(_at)) == mark)
        {
            _at += sizeof(ulong);
            return true;
        }
        while (_end - _at < MaxComplaint && await FillAsync(cancellation))
        {
        }
        throw ClickHouseServer.Fault(Encoding.UTF8.GetString(_buffer.AsSpan(_at, Math.Min(_end - _at, MaxComplaint))));
    }

    public async ValueTask<byte> ByteAsync(CancellationToken cancellation)
    {
        await NeedAsync(1, cancellation);
        return _buffer[_at++];
    }

    public async ValueTask<short> Int16Async(CancellationToken cancellation)
    {
        await NeedAsync(sizeof(short), cancellation);
        _at += sizeof(short);
        return BinaryPrimitives.ReadInt16LittleEndian(_buffer.AsSpan(_at - sizeof(short)));
    }

    public async ValueTask<int> Int32Async(CancellationToken cancellation)
    {
        await NeedAsync(sizeof(int), cancellation);
        _at += sizeof(int);
        return BinaryPrimitives.ReadInt32LittleEndian(_buffer.AsSpan(_at - sizeof(int)));
    }

    public async ValueTask<long> Int64Async(CancellationToken cancellation)
    {
        await NeedAsync(sizeof(long), cancellation);
        _at += sizeof(long);
        return BinaryPrimitives.ReadInt64LittleEndian(_buffer.AsSpan(_at - sizeof(long)));
    }

    public async ValueTask<byte[]> BytesAsync(CancellationToken cancellation)
    {
        var length = 0;
        for (var shift = 0; ; shift += 7)
        {
            var part = await ByteAsync(cancellation);
            if (shift > 21 && part > 0x3F) throw ClickHouseServer.Fault("An answer has a value that is too long.");
            length |= (part & 0x7F) << shift;
            if (part < 0x80) break;
        }
        if (length > MaxBytes) throw ClickHouseServer.Fault("An answer has a value that is too long.");
        // What the buffer does not have yet goes past it: a long line is in memory once.
        var value = new byte[length];
        var here = Math.Min(length, _end - _at);
        _buffer.AsSpan(_at, here).CopyTo(value);
        _at += here;
        while (here < length)
        {
            var read = await ReadAsync(value.AsMemory(here), cancellation);
            if (read == 0) throw ClickHouseServer.Fault($"An answer ends within a row: {Encoding.UTF8.GetString(value.AsSpan(Math.Max(0, here - MaxComplaint), Math.Min(here, MaxComplaint)))}");
            here += read;
        }
        return value;
    }

    public async ValueTask<string> TextAsync(CancellationToken cancellation) => Encoding.UTF8.GetString(await BytesAsync(cancellation));

    public void Dispose() => answer.Dispose();

    private async ValueTask NeedAsync(int count, CancellationToken cancellation)
    {
        if (!await HasAsync(count, cancellation)) throw ClickHouseServer.Fault($"An answer ends within a row: {Encoding.UTF8.GetString(_buffer.AsSpan(_at, Math.Min(_end - _at, MaxComplaint)))}");
    }

    private async ValueTask<bool> HasAsync(int count, CancellationToken cancellation)
    {
        while (_end - _at < count)
        {
            if (!await FillAsync(cancellation, count)) return false;
        }
        return true;
    }

    private async ValueTask<bool> FillAsync(CancellationToken cancellation, int need = 1)
    {
        if (_at > 0)
        {
            Buffer.BlockCopy(_buffer, _at, _buffer, 0, _end - _at);
            (_at, _end) = (0, _end - _at);
        }
        if (_buffer.Length < Math.Max(need, _end + 1)) Array.Resize(ref _buffer, Math.Max(need, _buffer.Length * 2));
        var read = await ReadAsync(_buffer.AsMemory(_end), cancellation);
        _end += read;
        return read > 0;
    }

    private async ValueTask<int> ReadAsync(Memory<byte> to, CancellationToken cancellation)
    {
        try
        {
            return await stream.ReadAsync(to, cancellation);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new TraceStoreException(new TraceStoreAway(e.Message), e);
        }
    }
}
