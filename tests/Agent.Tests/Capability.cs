using Akashi.Agent.Kernel;
using Akashi.Agent.Kernel.Bpf;
using Akashi.Agent.Kernel.Programs;

namespace Akashi.Agent.Tests;

/// <summary>What this machine permits; a test that needs more says so and is skipped.</summary>
internal static class Capability
{
    private static readonly Lazy<string?> BpfProblem = new(() =>
    {
        try
        {
            using var tracer = new KernelTracer();
            return null;
        }
        catch (BpfException e)
        {
            return e.Message;
        }
    });

    public static void NeedBpf() => Assert.SkipWhen(BpfProblem.Value is not null, $"BPF is not permitted here: {BpfProblem.Value}");

    public static void NeedRoot() => Assert.SkipWhen(LibC.EffectiveUser() != 0, "This test watches the whole machine and needs root.");
}
