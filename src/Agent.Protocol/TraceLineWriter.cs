using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Unicode;

namespace Akashi.Agent.Protocol;

/// <summary>
/// Writes trace lines: a header of 29 characters in Japan time, then <c>key=value</c> pairs, UTF-8. A quoted value doubles its quotes; a run of
/// control characters or line breaks becomes one space; bytes that are no UTF-8 become U+FFFD; a value longer than
/// <see cref="ValueLimit"/> is cut and followed by <c>KEYCut=original bytes</c>. Keys are the caller's constants. Not for several threads.
/// </summary>
public sealed class TraceLineWriter
{
    /// <summary>Longest value in bytes.</summary>
    public const int ValueLimit = 32 * 1024;

    private static readonly TimeSpan Japan = TimeSpan.FromHours(9);

    /// <summary>Everything that cannot be copied as it is; C2 and E2 begin the C1 controls and the line separators U+2028, U+2029.</summary>
    private static readonly SearchValues<byte> Special = SearchValues.Create([.. Enumerable.Range(0, 0x20).Select(c => (byte)c), 0x7F, (byte)'"', 0xC2, 0xE2]);
    private static readonly SearchValues<byte> NotBare = SearchValues.Create([.. Enumerable.Range(0, 0x21).Select(c => (byte)c), 0x7F, (byte)'"', (byte)'=', .. Enumerable.Range(0x80, 0x80).Select(c => (byte)c)]);

    private byte[] _buffer = new byte[4096];

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Written => _buffer.AsSpan(0, Length);

    public ReadOnlyMemory<byte> WrittenMemory => _buffer.AsMemory(0, Length);

    public void Clear() => Length = 0;

    /// <summary>Forgets everything after the first <paramref name="length"/> bytes.</summary>
    public void Truncate(int length) => Length = length <= Length ? length : throw new ArgumentOutOfRangeException(nameof(length), length, $"Only {Length} bytes are written.");

    /// <summary>The header <c>MM/dd/yyyy HH:mm:ss.fff +0900</c>.</summary>
    public void Time(DateTimeOffset at)
    {
        var local = at.ToOffset(Japan);
        var target = Reserve(29);
        TwoDigits(target, local.Month, (byte)'/');
        TwoDigits(target[3..], local.Day, (byte)'/');
        TwoDigits(target[6..], local.Year / 100, (byte)'0');
        TwoDigits(target[8..], local.Year % 100, (byte)' ');
        TwoDigits(target[11..], local.Hour, (byte)':');
        TwoDigits(target[14..], local.Minute, (byte)':');
        TwoDigits(target[17..], local.Second, (byte)'.');
        target[20] = (byte)('0' + local.Millisecond / 100);
        TwoDigits(target[21..], local.Millisecond % 100, (byte)' ');
        "+0900"u8.CopyTo(target[24..]);
        Length += 29;
    }

    /// <summary>Pairs that were written by this class before, beginning with their space.</summary>
    public void Raw(ReadOnlySpan<byte> pairs)
    {
        pairs.CopyTo(Reserve(pairs.Length));
        Length += pairs.Length;
    }

    public void Number(ReadOnlySpan<byte> key, long value)
    {
        Key(key);
        Utf8Formatter.TryFormat(value, Reserve(20), out var written);
        Length += written;
    }

    /// <summary>Without quotes where the value allows it, else quoted.</summary>
    public void Bare(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        if (value.Length > ValueLimit || value.ContainsAny(NotBare))
        {
            Quoted(key, value);
            return;
        }
        Key(key);
        Raw(value);
    }

    public void Bare(ReadOnlySpan<byte> key, string value) => Encoded(key, value, quoted: false);

    public void Quoted(ReadOnlySpan<byte> key, string value) => Encoded(key, value, quoted: true);

    public void Quoted(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        Key(key);
        var kept = value.Length <= ValueLimit ? value : value[..CutAt(value)];
        var target = Reserve(kept.Length * 3 + 2);
        target[0] = (byte)'"';
        var written = 1;
        if (!kept.ContainsAny(Special) && Utf8.IsValid(kept))
        {
            kept.CopyTo(target[1..]);
            written += kept.Length;
        }
        else
        {
            written += Escape(kept, target[1..]);
        }
        target[written] = (byte)'"';
        Length += written + 1;
        if (kept.Length == value.Length) return;
        Number([.. key, .. "Cut"u8], value.Length);
    }

    public void EndLine()
    {
        Reserve(1)[0] = (byte)'\n';
        Length++;
    }

    private void Encoded(ReadOnlySpan<byte> key, string value, bool quoted)
    {
        var bytes = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(value.Length));
        var length = Encoding.UTF8.GetBytes(value, bytes);
        if (quoted) Quoted(key, bytes.AsSpan(0, length));
        else Bare(key, bytes.AsSpan(0, length));
        ArrayPool<byte>.Shared.Return(bytes);
    }

    private void Key(ReadOnlySpan<byte> key)
    {
        var target = Reserve(key.Length + 2);
        var space = Length > 0 ? 1 : 0;
        target[0] = (byte)' ';
        key.CopyTo(target[space..]);
        target[key.Length + space] = (byte)'=';
        Length += key.Length + space + 1;
    }

    private static int Escape(ReadOnlySpan<byte> value, Span<byte> target)
    {
        var (written, inControl) = (0, false);
        while (!value.IsEmpty)
        {
            var valid = Rune.DecodeFromUtf8(value, out var rune, out var consumed) == OperationStatus.Done;
            var control = valid && (Rune.IsControl(rune) || rune.Value is 0x2028 or 0x2029);
            if (control && !inControl) target[written++] = (byte)' ';
            else if (!control && !valid) written += Rune.ReplacementChar.EncodeToUtf8(target[written..]);
            else if (!control)
            {
                if (rune.Value == '"') target[written++] = (byte)'"';
                value[..consumed].CopyTo(target[written..]);
                written += consumed;
            }
            inControl = control;
            value = value[consumed..];
        }
        return written;
    }

    /// <summary>Not inside a character: steps back over at most three continuation bytes.</summary>
    private static int CutAt(ReadOnlySpan<byte> value)
    {
        var at = ValueLimit;
        while (at > ValueLimit - 3 && (value[at] & 0xC0) == 0x80) at--;
        return at;
    }

    private static void TwoDigits(Span<byte> target, int value, byte then)
    {
        target[0] = (byte)('0' + value / 10);
        target[1] = (byte)('0' + value % 10);
        target[2] = then;
    }

    private Span<byte> Reserve(int bytes)
    {
        if (_buffer.Length - Length < bytes) Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, Length + bytes));
        return _buffer.AsSpan(Length);
    }
}
