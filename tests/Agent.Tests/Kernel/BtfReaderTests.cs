using System.Buffers.Binary;
using System.Text;
using Akashi.Agent.Kernel.Btf;
using Akashi.Agent.Kernel.Programs;

namespace Akashi.Agent.Tests.Kernel;

public sealed class BtfReaderTests
{
    [Fact]
    public void FieldOffset_HandMadeTypes_ThroughAnonymousParts()
    {
        var btf = BtfReader.Parse(Sample());
        Assert.Equal(0, btf.FieldOffset("outer"u8, "plain"u8));
        Assert.Equal(12, btf.FieldOffset("outer"u8, "inside"u8));
        Assert.Null(btf.FieldOffset("outer"u8, "absent"u8));
        Assert.Null(btf.FieldOffset("nothing"u8, "plain"u8));
        Assert.Null(btf.FieldOffset("outer"u8, "plai"u8));
        Assert.Equal(1, btf.ParameterCount(btf.Find(BtfKind.Function, "call"u8)!.Value));
        Assert.Null(btf.ParameterCount(1));
        Assert.Null(btf.ParameterCount(999));
    }

    [Fact]
    public void Parse_CutAtEveryByte_RefusedOrHarmless()
    {
        var sample = Sample();
        for (var length = 0; length < sample.Length; length++) Assert.Throws<FormatException>(() => BtfReader.Parse(sample.AsMemory(0, length)));
    }

    [Fact]
    public void Parse_DamagedBytes_OnlyFormatException() => SeededSource.Run(5000, random =>
    {
        try
        {
            var btf = BtfReader.Parse(random.Damage(Sample()));
            _ = btf.FieldOffset("outer"u8, "inside"u8);
            _ = btf.FieldOffset("outer"u8, "absent"u8);
            for (var id = 0; id < 12; id++) _ = btf.ParameterCount(id);
        }
        catch (FormatException)
        {
            // refused, as it should be
        }
    });

    [Fact]
    public void FieldOffset_StructureInsideItself_Ends()
    {
        // An anonymous member whose type is the structure itself.
        var btf = BtfReader.Parse(File(Types([Type("loop", 4, 1, 8), Member("", 1, 0)]), Strings));
        Assert.Null(btf.FieldOffset("loop"u8, "absent"u8));
    }

    [Fact]
    public void OfRunningKernel_WhereTypesAreOffered_EveryFieldFound()
    {
        Assert.SkipUnless(System.IO.File.Exists(KernelLayout.Source), "This kernel has no type information.");
        var layout = KernelLayout.OfRunningKernel();
        Assert.InRange(layout.TaskTgid, 1, 65536);
        Assert.Equal(layout.TaskPid + 4, layout.TaskTgid);
        Assert.Equal(layout.SocketRemote4 + 4, layout.SocketLocal4);
    }

    private const string Names = "\0outer\0plain\0inside\0int\0call\0loop\0";
    private static readonly byte[] Strings = Encoding.ASCII.GetBytes(Names);

    /// <summary>int; union {inside}; typedef of it; struct outer {plain; anonymous union at 12}; function call(int).</summary>
    private static byte[] Sample() => File(Types(
    [
        Type("int", 1, 0, 4), [32, 0, 0, 0],
        Type("", 5, 1, 4), Member("inside", 1, 0),
        Type("loop", 8, 0, 2),
        Type("outer", 4, 2, 16), Member("plain", 1, 0), Member("", 3, 96),
        Type("", 13, 1, 1), [.. Word(0), .. Word(1)],
        Type("call", 12, 0, 5),
    ]), Strings);

    private static byte[] File(byte[] types, byte[] strings) =>
        [0x9F, 0xEB, 1, 0, .. Word(24), .. Word(0), .. Word(types.Length), .. Word(types.Length), .. Word(strings.Length), .. types, .. strings];

    private static byte[] Types(byte[][] parts) => [.. parts.SelectMany(p => p)];

    private static byte[] Type(string name, int kind, int count, int size) => [.. Word(Name(name)), .. Word(kind << 24 | count), .. Word(size)];

    private static byte[] Member(string name, int type, int bits) => [.. Word(Name(name)), .. Word(type), .. Word(bits)];

    private static int Name(string name) => name.Length == 0 ? 0 : Names.IndexOf("\0" + name + "\0", StringComparison.Ordinal) + 1;

    private static byte[] Word(int value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        return bytes;
    }
}
