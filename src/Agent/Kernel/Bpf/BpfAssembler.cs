namespace Akashi.Agent.Kernel.Bpf;

internal enum Register : byte { R0, R1, R2, R3, R4, R5, R6, R7, R8, R9, Frame }

/// <summary>Width of a load or store, in the bits of the operation code.</summary>
internal enum Width : byte { Word = 0x00, Half = 0x08, Byte = 0x10, Double = 0x18 }

/// <summary>Jump condition, in the bits of the operation code; comparisons are unsigned.</summary>
internal enum Condition : byte { Equal = 0x10, Greater = 0x20, GreaterOrEqual = 0x30, NotEqual = 0x50, Less = 0xA0, LessOrEqual = 0xB0 }

internal readonly record struct Label(int Index);

/// <summary>
/// Writes BPF instructions (RFC 9669). Jumps go forward or back to labels that are resolved by <see cref="Build"/>.
/// </summary>
internal sealed class BpfAssembler
{
    private const byte Immediate = 0x00, FromRegister = 0x08;

    private readonly List<ulong> _code = [];
    private readonly List<int> _labels = [];
    private readonly List<(int Instruction, Label Target)> _jumps = [];

    public Label NewLabel()
    {
        _labels.Add(-1);
        return new Label(_labels.Count - 1);
    }

    public void Mark(Label label)
    {
        if (_labels[label.Index] >= 0) throw new InvalidOperationException($"Label {label.Index} is marked twice.");
        _labels[label.Index] = _code.Count;
    }

    public void Move(Register target, Register source) => Emit(0xB7 | FromRegister, target, source);

    public void Move(Register target, int value) => Emit(0xB7, target, immediate: value);

    public void Add(Register target, int value) => Emit(0x07, target, immediate: value);

    public void Add(Register target, Register source) => Emit(0x07 | FromRegister, target, source);

    public void Subtract(Register target, Register source) => Emit(0x17 | FromRegister, target, source);

    public void Load(Width width, Register target, Register address, int offset) => Emit((byte)(0x61 | (byte)width), target, address, offset);

    public void Store(Width width, Register address, int offset, Register source) => Emit((byte)(0x63 | (byte)width), address, source, offset);

    public void Store(Width width, Register address, int offset, int value) => Emit((byte)(0x62 | (byte)width), address, offset: offset, immediate: value);

    /// <summary>Atomic add of 64 bits.</summary>
    public void AtomicAdd(Register address, int offset, Register value) => Emit(0xDB, address, value, offset);

    public void Jump(Label target) => EmitJump(0x05, default, default, 0, target);

    public void JumpIf(Condition condition, Register left, int right, Label target) =>
        EmitJump((byte)(0x05 | Immediate | (byte)condition), left, default, right, target);

    public void JumpIf(Condition condition, Register left, Register right, Label target) =>
        EmitJump((byte)(0x05 | FromRegister | (byte)condition), left, right, 0, target);

    public void LoadMap(Register target, int mapDescriptor)
    {
        Emit(0x18, target, Register.R1, immediate: mapDescriptor); // source 1 = BPF_PSEUDO_MAP_FD
        _code.Add(0);
    }

    public void Call(Helper helper) => Emit(0x85, immediate: (int)helper);

    public void Exit() => Emit(0x95);

    /// <exception cref="InvalidOperationException">A label was never marked or is out of a jump's reach.</exception>
    public ulong[] Build()
    {
        var code = _code.ToArray();
        foreach (var (instruction, target) in _jumps)
        {
            var marked = _labels[target.Index];
            if (marked < 0) throw new InvalidOperationException($"Label {target.Index} is never marked.");
            var distance = marked - instruction - 1;
            if (distance is < short.MinValue or > short.MaxValue) throw new InvalidOperationException($"Label {target.Index} is {distance} instructions away; a jump reaches 32767.");
            code[instruction] |= (ulong)unchecked((ushort)distance) << 16;
        }
        return code;
    }

    private void EmitJump(byte operation, Register left, Register right, int immediate, Label target)
    {
        _jumps.Add((_code.Count, target));
        Emit(operation, left, right, 0, immediate);
    }

    private void Emit(byte operation, Register target = default, Register source = default, int offset = 0, int immediate = 0)
    {
        if (offset is < short.MinValue or > short.MaxValue) throw new ArgumentOutOfRangeException(nameof(offset), offset, "A BPF offset has 16 bits.");
        unchecked
        {
            _code.Add(operation | (ulong)((byte)target | ((byte)source << 4)) << 8 | (ulong)(ushort)offset << 16 | (ulong)(uint)immediate << 32);
        }
    }
}
