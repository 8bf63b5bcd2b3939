namespace Akashi.Traces.Lines;

/// <summary>
/// Splits a log into lines at LF or CRLF. An empty line is a line; a CR elsewhere belongs to its line; a log that ends with
/// a terminator has no further line after it. Every byte of the log is in exactly one line or terminator.
/// </summary>
internal ref struct LineSplitter(ReadOnlySpan<byte> log)
{
    private readonly ReadOnlySpan<byte> _log = log;
    private int _next;

    /// <summary>Offset of the line in the log.</summary>
    public int Start { get; private set; }

    public int Length { get; private set; }

    public LineEnd End { get; private set; }

    public readonly ReadOnlySpan<byte> Line => _log.Slice(Start, Length);

    public bool MoveNext()
    {
        if (_next == _log.Length) return false;
        Start = _next;
        var rest = _log[_next..];
        var feed = rest.IndexOf((byte)'\n');
        if (feed < 0)
        {
            (Length, End, _next) = (rest.Length, LineEnd.None, _log.Length);
            return true;
        }
        _next += feed + 1;
        (Length, End) = feed > 0 && rest[feed - 1] == (byte)'\r' ? (feed - 1, LineEnd.CrLf) : (feed, LineEnd.Lf);
        return true;
    }
}
