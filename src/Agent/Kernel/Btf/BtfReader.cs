using System.Buffers.Binary;

namespace Akashi.Agent.Kernel.Btf;

internal enum BtfKind { Integer = 1, Pointer = 2, Array = 3, Structure = 4, Union = 5, Enumeration = 6, Forward = 7, Typedef = 8, Volatile = 9, Constant = 10, Restrict = 11, Function = 12, FunctionPrototype = 13, Variable = 14, Section = 15, Float = 16, DeclarationTag = 17, TypeTag = 18, Enumeration64 = 19 }

/// <summary>
/// Reads the kernel's own type description (BPF Type Format, Documentation/bpf/btf.rst): where a field lies in a structure of the running
/// kernel, and the ids of tracepoints and functions. Every offset and count is checked, a cycle ends by depth.
/// </summary>
internal sealed class BtfReader
{
    private const ushort Magic = 0xEB9F;
    private const int MaximumDepth = 16;
    private const int TypeHeader = 12;

    private readonly ReadOnlyMemory<byte> _types;
    private readonly ReadOnlyMemory<byte> _strings;
    private readonly List<int> _offsets;

    private BtfReader(ReadOnlyMemory<byte> types, ReadOnlyMemory<byte> strings, List<int> offsets) =>
        (_types, _strings, _offsets) = (types, strings, offsets);

    /// <exception cref="FormatException">The bytes are no complete BTF.</exception>
    public static BtfReader Parse(ReadOnlyMemory<byte> bytes)
    {
        var span = bytes.Span;
        if (span.Length < 24) throw new FormatException($"BTF of {span.Length} bytes is shorter than its header.");
        if (BinaryPrimitives.ReadUInt16LittleEndian(span) != Magic) throw new FormatException("BTF does not begin with its magic number 0xEB9F (little endian).");
        var header = ReadUInt32(span, 4);
        var types = Section(bytes, header, ReadUInt32(span, 8), ReadUInt32(span, 12), "types");
        var strings = Section(bytes, header, ReadUInt32(span, 16), ReadUInt32(span, 20), "strings");
        return new BtfReader(types, strings, Index(types.Span));
    }

    public int TypeCount => _offsets.Count;

    /// <returns>The type id, or null if the kernel has no such type.</returns>
    public int? Find(BtfKind kind, ReadOnlySpan<byte> name)
    {
        for (var id = 1; id <= _offsets.Count; id++)
        {
            var type = Type(id);
            if (type.Kind == kind && NameEquals(type.Name, name)) return id;
        }
        return null;
    }

    /// <summary>Byte offset of a field; anonymous inner structures and unions are looked through. Null if there is no such field.</summary>
    public int? FieldOffset(ReadOnlySpan<byte> structure, ReadOnlySpan<byte> field) =>
        Find(BtfKind.Structure, structure) is { } id ? FieldOffset(id, field, 0) : null;

    /// <summary>Number of parameters of a function, or null when the id is no function.</summary>
    public int? ParameterCount(int function)
    {
        if (function < 1 || function > _offsets.Count || Type(function) is not { Kind: BtfKind.Function } type) return null;
        return IsId(type.SizeOrType) && Type((int)type.SizeOrType) is { Kind: BtfKind.FunctionPrototype } prototype ? prototype.Count : null;
    }

    private int? FieldOffset(int structure, ReadOnlySpan<byte> field, int depth)
    {
        var type = Type(structure);
        if (depth > MaximumDepth || type.Kind is not (BtfKind.Structure or BtfKind.Union)) return null;
        for (var i = 0; i < type.Count; i++)
        {
            var member = _types.Span.Slice(type.Body + i * 12, 12);
            var bits = ReadUInt32(member, 8) & (type.Flag ? 0xFFFFFFu : uint.MaxValue);
            var offset = (int)(bits / 8);
            if (ReadUInt32(member, 0) is not 0 and var name)
            {
                if (NameEquals(name, field)) return offset;
            }
            else if (Strip(ReadUInt32(member, 4)) is { } inner && FieldOffset(inner, field, depth + 1) is { } within)
            {
                return unchecked(offset + within);
            }
        }
        return null;
    }

    private int? Strip(uint id)
    {
        for (var depth = 0; depth <= MaximumDepth && IsId(id); depth++)
        {
            var type = Type((int)id);
            if (type.Kind is not (BtfKind.Typedef or BtfKind.Volatile or BtfKind.Constant or BtfKind.Restrict or BtfKind.TypeTag)) return (int)id;
            id = type.SizeOrType;
        }
        return null;
    }

    private bool IsId(uint id) => id >= 1 && id <= (uint)_offsets.Count;

    private BtfType Type(int id)
    {
        var offset = _offsets[id - 1];
        return BtfType.Read(_types.Span, offset);
    }

    private bool NameEquals(uint offset, ReadOnlySpan<byte> name)
    {
        var strings = _strings.Span;
        if (offset >= (uint)strings.Length) return false;
        var rest = strings[(int)offset..];
        return rest.Length > name.Length && rest[name.Length] == 0 && rest.StartsWith(name);
    }

    private static List<int> Index(ReadOnlySpan<byte> types)
    {
        var offsets = new List<int>(types.Length / 40);
        for (var offset = 0; offset < types.Length;)
        {
            if (types.Length - offset < TypeHeader) throw new FormatException($"BTF type {offsets.Count + 1} is cut off.");
            var type = BtfType.Read(types, offset);
            var next = (long)type.Body + type.BodyLength;
            if (next > types.Length) throw new FormatException($"BTF type {offsets.Count + 1} reaches beyond the type section.");
            offsets.Add(offset);
            offset = (int)next;
        }
        return offsets;
    }

    private static ReadOnlyMemory<byte> Section(ReadOnlyMemory<byte> bytes, uint header, uint offset, uint length, string name)
    {
        var start = (long)header + offset;
        if (header < 24 || start + length > bytes.Length) throw new FormatException($"BTF's section of {name} ({length} bytes at {start}) reaches beyond its {bytes.Length} bytes.");
        return bytes.Slice((int)start, (int)length);
    }

    private static uint ReadUInt32(ReadOnlySpan<byte> span, int offset) => BinaryPrimitives.ReadUInt32LittleEndian(span[offset..]);
}
