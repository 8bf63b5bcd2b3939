namespace Akashi.Platform.Audit;

/// <summary>Lines of a file that may be hostile: none longer than a bound is ever held.</summary>
internal sealed class BoundedLines(Stream file, int maximum)
{
    private readonly byte[] _buffer = new byte[maximum];
    private int _start;
    private int _end;

    /// <summary>Of the last line given out, from 1.</summary>
    public int Number { get; private set; }

    /// <summary>The next line was too long; reading ended there.</summary>
    public bool TooLong { get; private set; }

    /// <returns>Valid until the next call; null at the end.</returns>
    public async Task<ReadOnlyMemory<byte>?> NextAsync(CancellationToken cancellation)
    {
        while (!TooLong)
        {
            var length = _buffer.AsSpan(_start, _end - _start).IndexOf((byte)'\n');
            if (length >= 0)
            {
                var line = _buffer.AsMemory(_start, length);
                _start += length + 1;
                Number++;
                return line;
            }
            if (_start > 0)
            {
                _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
                (_start, _end) = (0, _end - _start);
            }
            if (_end == _buffer.Length)
            {
                TooLong = true;
                break;
            }
            var read = await file.ReadAsync(_buffer.AsMemory(_end), cancellation);
            if (read > 0)
            {
                _end += read;
                continue;
            }
            if (_end == 0) return null;
            var rest = _buffer.AsMemory(0, _end);
            _end = 0;
            Number++;
            return rest;
        }
        return null;
    }
}
