using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Akashi.Traces.Receive;

/// <summary>
/// CRC-32 of zip files (ISO 3309, polynomial 0xEDB88320): 64 bytes a step by carry-less multiplication where the processor has it, as in Gopal et al.,
/// "Fast CRC Computation for Generic Polynomials Using PCLMULQDQ Instruction" (Intel, 2009); eight bytes a step elsewhere.
/// </summary>
internal struct Crc32()
{
    private const uint Polynomial = 0xEDB88320;
    private const int Lane = 16;
    private const int Step = 4 * Lane;
    private static readonly uint[][] Tables = MakeTables();

    private uint _register = uint.MaxValue;

    // Remainders of x^544 and x^480, and of x^160 and x^96: by what a lane is multiplied to stand four lanes, or one lane, further on.
    private static Vector128<ulong> FourOn => Vector128.Create(0x154442BD4UL, 0x1C6E41596UL);
    private static Vector128<ulong> OneOn => Vector128.Create(0x1751997D0UL, 0x0CCAA009EUL);

    public readonly uint Value => ~_register;

    public static uint Of(ReadOnlySpan<byte> data)
    {
        var crc = new Crc32();
        crc.Append(data);
        return crc.Value;
    }

    public void Append(ReadOnlySpan<byte> data)
    {
        if (Pclmulqdq.IsSupported && data.Length >= Step) data = Fold(data);
        _register = Walk(_register, data);
    }

    /// <summary>Takes all whole steps.</summary>
    /// <returns>What is left.</returns>
    private ReadOnlySpan<byte> Fold(ReadOnlySpan<byte> data)
    {
        var lanes = MemoryMarshal.Cast<byte, Vector128<ulong>>(data[..(data.Length / Step * Step)]);
        var (a, b, c, d) = (lanes[0] ^ Vector128.CreateScalar((ulong)_register), lanes[1], lanes[2], lanes[3]);
        for (var i = 4; i < lanes.Length; i += 4)
        {
            a = Move(a, FourOn) ^ lanes[i];
            b = Move(b, FourOn) ^ lanes[i + 1];
            c = Move(c, FourOn) ^ lanes[i + 2];
            d = Move(d, FourOn) ^ lanes[i + 3];
        }
        // The one lane that is left stands for all that was read, so it is walked from an empty register.
        Span<byte> last = stackalloc byte[Lane];
        (Move(Move(Move(a, OneOn) ^ b, OneOn) ^ c, OneOn) ^ d).AsByte().CopyTo(last);
        _register = Walk(0, last);
        return data[(lanes.Length * Lane)..];
    }

    private static Vector128<ulong> Move(Vector128<ulong> lane, Vector128<ulong> by) =>
        Pclmulqdq.CarrylessMultiply(lane, by, 0x00) ^ Pclmulqdq.CarrylessMultiply(lane, by, 0x11);

    private static uint Walk(uint crc, ReadOnlySpan<byte> data)
    {
        var (t0, t1, t2, t3, t4, t5, t6, t7) = (Tables[0], Tables[1], Tables[2], Tables[3], Tables[4], Tables[5], Tables[6], Tables[7]);
        while (data.Length >= 8)
        {
            var low = BinaryPrimitives.ReadUInt32LittleEndian(data) ^ crc;
            var high = BinaryPrimitives.ReadUInt32LittleEndian(data[4..]);
            crc = t7[low & 0xFF] ^ t6[(low >> 8) & 0xFF] ^ t5[(low >> 16) & 0xFF] ^ t4[low >> 24]
                ^ t3[high & 0xFF] ^ t2[(high >> 8) & 0xFF] ^ t1[(high >> 16) & 0xFF] ^ t0[high >> 24];
            data = data[8..];
        }
        foreach (var value in data) crc = (crc >> 8) ^ t0[(crc ^ value) & 0xFF];
        return crc;
    }

    private static uint[][] MakeTables()
    {
        var tables = new uint[8][];
        for (var table = 0; table < tables.Length; table++)
        {
            tables[table] = new uint[256];
            for (var i = 0u; i < 256; i++)
            {
                var value = table == 0 ? i : tables[table - 1][i];
                for (var bit = 0; bit < 8; bit++) value = (value & 1) != 0 ? (value >> 1) ^ Polynomial : value >> 1;
                tables[table][i] = value;
            }
        }
        return tables;
    }
}
