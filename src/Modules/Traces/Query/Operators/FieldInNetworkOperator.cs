using System.Buffers.Binary;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Akashi.Traces.Contracts.Predicates;

namespace Akashi.Traces.Query.Operators;

/// <summary><c>field:10.0.0.0/8</c></summary>
internal sealed class FieldInNetworkOperator : FieldOperator
{
    /// <summary>Part of a written IPv6 address whenever it stands for an IPv4 one without dots.</summary>
    private static readonly byte[] MappedGroup = "ffff"u8.ToArray();
    private readonly UInt128 _base;
    private readonly UInt128 _mask;
    private readonly bool _isV4;
    private readonly int _length;

    public FieldInNetworkOperator(FieldInNetwork predicate) : base(predicate.Field)
    {
        var address = predicate.Network.BaseAddress;
        (_isV4, _length) = (address.AddressFamily == AddressFamily.InterNetwork, predicate.Network.PrefixLength);
        var bytes = address.GetAddressBytes();
        _base = _isV4 ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt128BigEndian(bytes);
        var host = (_isV4 ? 32 : 128) - _length;
        _mask = host == 128 ? 0 : UInt128.MaxValue << host;
    }

    public static void PrintValue(FieldInNetwork predicate, StringBuilder to) => to.Append(CultureInfo.InvariantCulture, $"{predicate.Network}");

    public override RowSet Candidates(SegmentProbe segment)
    {
        var blocks = segment.WithField(Field);
        if (_isV4)
        {
            // Each part of an address is a word of its own.
            for (var part = 0; part < _length / 8; part++) blocks.IntersectWith(segment.WithText(Encoding.ASCII.GetBytes(Byte(part).ToString(CultureInfo.InvariantCulture))));
            if (_length >= 8) blocks.UnionWith(segment.WithText(MappedGroup));
            return blocks;
        }
        // The last 32 bits may be written as IPv4; a group of zeros may be left out.
        for (var part = 0; part < Math.Min(6, _length / 16); part++)
        {
            var group = (uint)(_base >> (112 - 16 * part) & 0xFFFF);
            if (group == 0) continue;
            var spellings = segment.None();
            for (var digits = 1; digits <= 4; digits++)
            {
                if (group >> (4 * digits) == 0) spellings.UnionWith(segment.WithText(Encoding.ASCII.GetBytes(group.ToString("x" + digits, CultureInfo.InvariantCulture))));
            }
            blocks.IntersectWith(spellings);
        }
        return blocks;
    }

    protected override bool Fits(ReadOnlySpan<byte> value, Folder folder)
    {
        for (var rest = Narrowed(value, folder); ;)
        {
            var comma = rest.IndexOf((byte)',');
            var one = comma < 0 ? rest : rest[..comma];
            if (AddressText.TryRead(one.Trim((byte)' '), out var address, out var isV4) && isV4 == _isV4 && (address & _mask) == _base) return true;
            if (comma < 0) return false;
            rest = rest[(comma + 1)..];
        }
    }

    private uint Byte(int part) => (uint)(_base >> (24 - 8 * part) & 0xFF);
}
