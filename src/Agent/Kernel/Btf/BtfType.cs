using System.Buffers.Binary;

namespace Akashi.Agent.Kernel.Btf;

/// <summary>Header of one BTF type; <see cref="Body"/> is where its members or parameters begin.</summary>
internal readonly record struct BtfType(BtfKind Kind, uint Name, int Count, bool Flag, uint SizeOrType, int Body)
{
    public int BodyLength => Kind switch
    {
        BtfKind.Integer or BtfKind.Variable or BtfKind.DeclarationTag => 4,
        BtfKind.Array => 12,
        BtfKind.Structure or BtfKind.Union or BtfKind.Section or BtfKind.Enumeration64 => 12 * Count,
        BtfKind.Enumeration or BtfKind.FunctionPrototype => 8 * Count,
        BtfKind.Pointer or BtfKind.Forward or BtfKind.Typedef or BtfKind.Volatile or BtfKind.Constant or BtfKind.Restrict
            or BtfKind.Function or BtfKind.Float or BtfKind.TypeTag => 0,
        // Without its length the rest cannot be walked; a newer kernel's new kind must not be guessed at.
        _ => throw new FormatException($"BTF kind {(int)Kind} is unknown to this agent; update the agent for this kernel."),
    };

    public static BtfType Read(ReadOnlySpan<byte> types, int offset)
    {
        var info = BinaryPrimitives.ReadUInt32LittleEndian(types[(offset + 4)..]);
        return new BtfType((BtfKind)((info >> 24) & 31), BinaryPrimitives.ReadUInt32LittleEndian(types[offset..]), (int)(info & 0xFFFF), info >> 31 != 0,
            BinaryPrimitives.ReadUInt32LittleEndian(types[(offset + 8)..]), offset + 12);
    }
}
