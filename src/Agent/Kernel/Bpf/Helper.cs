namespace Akashi.Agent.Kernel.Bpf;

/// <summary>Kernel functions a BPF program may call (include/uapi/linux/bpf.h, enum bpf_func_id).</summary>
internal enum Helper
{
    MapLookup = 1,
    MapUpdate = 2,
    MapDelete = 3,
    MonotonicNanoseconds = 5,
    ReadUser = 112,
    ReadKernel = 113,
    ReadKernelString = 115,
    RingOutput = 130,
    RingQuery = 134,
    CurrentTask = 158,
}
