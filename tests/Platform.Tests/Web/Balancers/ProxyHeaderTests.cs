using System.Buffers;
using System.Buffers.Binary;
using System.Net;
using System.Text;
using Akashi.Platform.Web.Balancers;
using Xunit;

namespace Akashi.Platform.Tests.Web.Balancers;

public sealed class ProxyHeaderTests
{
    private const string Signature = "0D0A0D0A000D0A515549540A";
    private const string Rest = "GET / HTTP/1.1\r\n";

    [Theory]
    [InlineData("PROXY TCP4 192.0.2.1 198.51.100.2 56324 443\r\n", "192.0.2.1:56324")]
    [InlineData("PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n", "255.255.255.255:65535")]
    [InlineData("PROXY TCP6 2001:db8::1 2001:db8::2 1 443\r\n", "[2001:db8::1]:1")]
    [InlineData("PROXY TCP6 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n", "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535")]
    [InlineData("PROXY UNKNOWN\r\n", null)]
    [InlineData("PROXY UNKNOWN ffff::1 what ever 1\r\n", null)]
    public void Read_TextHeader_NamesTheClient(string header, string? source)
    {
        var read = ProxyHeader.Read(Encoding.ASCII.GetBytes(header + Rest));
        Assert.Equal((ProxyHeaderState.Complete, header.Length, source), (read.State, read.Length, read.Source?.ToString()));
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\n")]
    [InlineData("PROXY TCP4 192.0.2.1 198.51.100.2 56324\r\n")]
    [InlineData("PROXY TCP4 192.0.2.1 198.51.100.2 56324 443 1\r\n")]
    [InlineData("PROXY TCP4 192.0.2.1  198.51.100.2 56324 443\r\n")]
    [InlineData("PROXY TCP4 192.0.2 198.51.100.2 56324 443\r\n")]
    [InlineData("PROXY TCP4 3221225985 198.51.100.2 56324 443\r\n")]
    [InlineData("PROXY TCP4 192.0.2.01 198.51.100.2 56324 443\r\n")]
    [InlineData("PROXY TCP4 2001:db8::1 2001:db8::2 1 443\r\n")]
    [InlineData("PROXY TCP6 192.0.2.1 198.51.100.2 56324 443\r\n")]
    [InlineData("PROXY TCP6 fe80::1%1 2001:db8::2 1 443\r\n")]
    [InlineData("PROXY TCP4 192.0.2.1 198.51.100.2 65536 443\r\n")]
    [InlineData("PROXY TCP4 192.0.2.1 198.51.100.2 -1 443\r\n")]
    [InlineData("PROXY TCP4 192.0.2.1 198.51.100.2 +1 443\r\n")]
    [InlineData("PROXY UDP4 192.0.2.1 198.51.100.2 1 443\r\n")]
    [InlineData("PROXY \r\n")]
    [InlineData("PROXY TCP4\0 192.0.2.1 198.51.100.2 1 443\r\n")]
    [InlineData("proxy TCP4 192.0.2.1 198.51.100.2 1 443\r\n")]
    public void Read_TextOtherwise_IsRefused(string text) => Assert.Equal(ProxyHeaderState.Refused, ProxyHeader.Read(Encoding.ASCII.GetBytes(text + Rest)).State);

    [Fact]
    public void Read_TextWithoutEnd_IsRefusedAtItsLimit()
    {
        Assert.Equal(ProxyHeaderState.Incomplete, ProxyHeader.Read(Encoding.ASCII.GetBytes("PROXY UNKNOWN ".PadRight(106, 'x'))).State);
        Assert.Equal(ProxyHeaderState.Refused, ProxyHeader.Read(Encoding.ASCII.GetBytes("PROXY UNKNOWN ".PadRight(107, 'x'))).State);
    }

    [Theory]
    [InlineData("21 11 000C C0000201 C6336402 DC04 01BB", "192.0.2.1:56324")]
    [InlineData("21 11 0010 C0000201 C6336402 DC04 01BB 04000100", "192.0.2.1:56324")] // an addition
    [InlineData("21 21 0024 20010DB8000000000000000000000001 20010DB8000000000000000000000002 0001 01BB", "[2001:db8::1]:1")]
    [InlineData("20 00 0000", null)] // LOCAL
    [InlineData("20 11 000C C0000201 C6336402 DC04 01BB", null)]
    [InlineData("21 00 0000", null)]
    public void Read_BinaryHeader_NamesTheClient(string hex, string? source)
    {
        var header = Convert.FromHexString((Signature + hex).Replace(" ", "", StringComparison.Ordinal));
        var read = ProxyHeader.Read([.. header, .. Encoding.ASCII.GetBytes(Rest)]);
        Assert.Equal((ProxyHeaderState.Complete, header.Length, source), (read.State, read.Length, read.Source?.ToString()));
    }

    [Theory]
    [InlineData("11 11 000C C0000201 C6336402 DC04 01BB")] // version 1 in binary
    [InlineData("22 11 000C C0000201 C6336402 DC04 01BB")] // no such command
    [InlineData("21 12 000C C0000201 C6336402 DC04 01BB")] // datagrams
    [InlineData("21 31 0000")] // Unix socket
    [InlineData("21 11 000B C0000201 C6336402 DC0401")] // too short for its addresses
    [InlineData("21 21 000C C0000201 C6336402 DC04 01BB")]
    [InlineData("21 11 FFFF C0000201 C6336402 DC04 01BB")] // longer than we hold
    public void Read_BinaryOtherwise_IsRefused(string hex) =>
        Assert.Equal(ProxyHeaderState.Refused, ProxyHeader.Read(Convert.FromHexString((Signature + hex).Replace(" ", "", StringComparison.Ordinal))).State);

    /// <summary>However a header is cut into pieces, it is read the same; no prefix of it is taken for a whole or refused.</summary>
    [Fact]
    public void Read_AnyPrefix_AsksForMore()
    {
        var seed = Environment.TickCount;
        TestContext.Current.TestOutputHelper?.WriteLine($"Seed {seed}");
        var chance = new Seeded(seed);
        for (var round = 0; round < 500; round++)
        {
            var (header, source) = Make(chance);
            byte[] all = [.. header, .. Encoding.ASCII.GetBytes(Rest)];
            for (var length = 0; length < header.Length; length++) Assert.Equal(ProxyHeaderState.Incomplete, ProxyHeader.Read(all.AsSpan(0, length)).State);
            var cut = chance.Next(all.Length + 1);
            Assert.Equal(new ProxyHeader(ProxyHeaderState.Complete, header.Length, source), ProxyHeader.Read(InPieces(all, cut)));
        }
    }

    [Fact]
    public void Read_Fuzzed_NeverThrowsAndStaysInBounds()
    {
        var seed = Environment.TickCount;
        TestContext.Current.TestOutputHelper?.WriteLine($"Seed {seed}");
        var chance = new Seeded(seed);
        for (var round = 0; round < 100_000; round++)
        {
            var bytes = Make(chance).Header;
            for (var change = chance.Next(4); change >= 0; change--) bytes[chance.Next(bytes.Length)] = (byte)chance.Next(256);
            if (chance.Next(3) == 0) bytes = bytes[..chance.Next(bytes.Length)];
            var read = ProxyHeader.Read(bytes);
            if (read.State == ProxyHeaderState.Complete) Assert.InRange(read.Length, 8, bytes.Length);
            else Assert.Equal((0, null), (read.Length, read.Source));
        }
    }

    private static (byte[] Header, IPEndPoint? Source) Make(Seeded chance)
    {
        var six = chance.Next(2) == 0;
        var (from, to) = (Bytes(chance, six ? 16 : 4), Bytes(chance, six ? 16 : 4));
        var (port, other) = (chance.Next(65536), chance.Next(65536));
        var source = new IPEndPoint(new IPAddress(from), port);
        if (chance.Next(2) == 0) return (Encoding.ASCII.GetBytes($"PROXY TCP{(six ? 6 : 4)} {source.Address} {new IPAddress(to)} {port} {other}\r\n"), source);
        var additions = Bytes(chance, chance.Next(40));
        var numbers = new byte[4];
        BinaryPrimitives.WriteUInt16BigEndian(numbers, (ushort)port);
        BinaryPrimitives.WriteUInt16BigEndian(numbers.AsSpan(2), (ushort)other);
        byte[] rest = [.. from, .. to, .. numbers, .. additions];
        return ([.. Convert.FromHexString(Signature), 0x21, (byte)(six ? 0x21 : 0x11), 0, (byte)rest.Length, .. rest], source);
    }

    private static byte[] Bytes(Seeded chance, int count) => [.. Enumerable.Range(0, count).Select(_ => (byte)chance.Next(256))];

    private sealed class Piece : ReadOnlySequenceSegment<byte>
    {
        public Piece(ReadOnlyMemory<byte> memory, Piece? before)
        {
            Memory = memory;
            if (before is null) return;
            RunningIndex = before.RunningIndex + before.Memory.Length;
            before.Next = this;
        }
    }

    private static ReadOnlySequence<byte> InPieces(byte[] bytes, int cut)
    {
        var first = new Piece(bytes.AsMemory(0, cut), null);
        var second = new Piece(bytes.AsMemory(cut), first);
        return new ReadOnlySequence<byte>(first, 0, second, second.Memory.Length);
    }
}
