using System.Runtime.InteropServices;
using System.Text;

namespace Akashi.Agent.Kernel;

/// <summary>
/// The C library sets up a heap for each thread that allocates, and the runtime has a dozen of them before the first line of ours runs: 8 MB
/// resident for nothing. It reads how many it may have from the environment, so the program starts itself once more in the same process
/// with that variable. If this fails the agent only stays bigger.
/// </summary>
internal static unsafe class OneNativeHeap
{
    private const string Variable = "MALLOC_ARENA_MAX";

    public static void Ensure()
    {
        if (Environment.GetEnvironmentVariable(Variable) is not null) return;
        var (arguments, environment) = (Strings(File.ReadAllBytes("/proc/self/cmdline")), Strings(File.ReadAllBytes("/proc/self/environ")));
        environment.Add(Encoding.ASCII.GetBytes(Variable + "=1\0"));
        var path = Encoding.UTF8.GetBytes(Environment.ProcessPath + "\0");
        fixed (byte* program = path) _ = LibC.Execute(program, Pointers(arguments), Pointers(environment)); // returns only on failure
    }

    /// <summary>Each with its NUL.</summary>
    private static List<byte[]> Strings(ReadOnlySpan<byte> block)
    {
        var strings = new List<byte[]>();
        while (block.IndexOf((byte)0) is >= 0 and var end)
        {
            strings.Add(block[..(end + 1)].ToArray());
            block = block[(end + 1)..];
        }
        return strings;
    }

    private static byte** Pointers(List<byte[]> strings)
    {
        var pointers = (byte**)NativeMemory.AllocZeroed((nuint)strings.Count + 1, (nuint)sizeof(byte*));
        for (var i = 0; i < strings.Count; i++)
        {
            pointers[i] = (byte*)NativeMemory.Alloc((nuint)strings[i].Length);
            strings[i].CopyTo(new Span<byte>(pointers[i], strings[i].Length));
        }
        return pointers;
    }
}
