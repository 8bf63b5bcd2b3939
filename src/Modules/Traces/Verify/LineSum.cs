using System.Buffers.Binary;
using System.Security.Cryptography;
using Akashi.Traces.Lines;

namespace Akashi.Traces.Verify;

/// <summary>
/// Count and order-free fingerprint of a batch's lines: equal for the archived log and for the stored rows exactly when each line,
/// with its number and terminator, is stored once.
/// </summary>
internal readonly record struct LineSum(long Lines, ulong Sum)
{
    public LineSum Add(int number, ReadOnlySpan<byte> line, LineEnd end)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> head = stackalloc byte[5];
        BinaryPrimitives.WriteInt32LittleEndian(head, number);
        head[4] = (byte)end;
        hash.AppendData(head);
        hash.AppendData(line);
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        hash.GetHashAndReset(digest);
        return new LineSum(Lines + 1, unchecked(Sum + BinaryPrimitives.ReadUInt64LittleEndian(digest)));
    }

    public LineSum Plus(long lines, ulong sum) => new(Lines + lines, unchecked(Sum + sum));

    public static LineSum Of(ReadOnlySpan<byte> log)
    {
        var sum = default(LineSum);
        var lines = new LineSplitter(log);
        for (var number = 0; lines.MoveNext(); number++) sum = sum.Add(number, lines.Line, lines.End);
        return sum;
    }
}
