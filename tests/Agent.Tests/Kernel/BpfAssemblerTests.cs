using Akashi.Agent.Kernel.Bpf;
using Akashi.Agent.Kernel.Programs;

namespace Akashi.Agent.Tests.Kernel;

public sealed class BpfAssemblerTests
{
    /// <summary>Expected bytes after RFC 9669, as clang writes them.</summary>
    [Fact]
    public void Build_Table()
    {
        static void F(Action<BpfAssembler> emit, params string[] expected)
        {
            var code = new BpfAssembler();
            emit(code);
            Assert.Equal(expected.Select(e => BitConverter.ToUInt64(Convert.FromHexString(e))), code.Build());
        }
        F(c => c.Move(Register.R0, 0), "b700000000000000");
        F(c => c.Move(Register.R6, Register.R1), "bf16000000000000");
        F(c => c.Add(Register.R2, -4), "07020000fcffffff");
        F(c => c.Subtract(Register.R3, Register.R2), "1f23000000000000");
        F(c => c.Load(Width.Double, Register.R7, Register.R6, 16), "7967100000000000");
        F(c => c.Load(Width.Half, Register.R1, Register.R9, 24), "6991180000000000");
        F(c => c.Store(Width.Word, Register.Frame, -4, Register.R1), "631afcff00000000");
        F(c => c.Store(Width.Double, Register.Frame, -8, 5), "7a0af8ff05000000");
        F(c => c.AtomicAdd(Register.R0, 0, Register.R1), "db10000000000000");
        F(c => c.LoadMap(Register.R1, 7), "1811000007000000", "0000000000000000");
        F(c => c.Call(Helper.RingOutput), "8500000082000000");
        F(c => c.Exit(), "9500000000000000");
        F(c =>
        {
            var end = c.NewLabel();
            c.JumpIf(Condition.Equal, Register.R0, 0, end);
            c.Move(Register.R0, 1);
            c.Mark(end);
            c.Exit();
        }, "1500010000000000", "b700000001000000", "9500000000000000");
        F(c =>
        {
            var again = c.NewLabel();
            c.Mark(again);
            c.JumpIf(Condition.Less, Register.R1, Register.R2, again);
            c.Jump(again);
        }, "ad21ffff00000000", "0500feff00000000");
    }

    [Fact]
    public void Build_LabelNeverMarked_Refused()
    {
        var code = new BpfAssembler();
        code.Jump(code.NewLabel());
        Assert.Throws<InvalidOperationException>(code.Build);
    }

    [Fact]
    public void Load_OffsetBeyond16Bits_Refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new BpfAssembler().Load(Width.Word, Register.R1, Register.R2, 40000));

    [Fact]
    public void Load_ProgramTheVerifierRefuses_SaysWhy()
    {
        Capability.NeedRoot();
        Capability.NeedBpf();
        var code = new BpfAssembler();
        code.Move(Register.R0, Register.R5); // never written before
        code.Exit();
        var tracepoint = KernelLayout.OfRunningKernel().Tracepoint("sched_process_exec");
        var problem = Assert.Throws<BpfException>(() => BpfSystem.Load(code.Build(), "refused", tracepoint));
        Assert.Contains("R5 !read_ok", problem.Message, StringComparison.Ordinal);
    }
}
