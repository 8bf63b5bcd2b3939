namespace Akashi.Bench.Traces.Rows;

/// <summary>
/// Ranges of numbers that stay among themselves: the same count of decimal and of hexadecimal digits, so that a process id fits where it stood in
/// either form; ports that a system gives out stay such ports. Each is a multiple of four long, as process ids are.
/// </summary>
internal static class NumberClass
{
    public const int MaximumDigits = 8;

    /// <summary>Smaller ones are no names: the idle process is 0 and the system 4 everywhere.</summary>
    public const uint Least = 100;

    private static readonly uint[] Starts = [100, 256, 1000, 4096, 10_000, 49_152, 65_536, 100_000, 1_000_000, 1_048_576, 10_000_000, 16_777_216, 100_000_000];

    public static int Count => Starts.Length - 1;

    public static uint Length(int index) => Starts[index + 1] - Starts[index];

    /// <returns>The number moved on within its class, coming round at the end.</returns>
    public static uint Shift(uint number, ReadOnlySpan<uint> shifts)
    {
        if (number < Least || number >= Starts[^1]) return number;
        var index = 0;
        while (number >= Starts[index + 1]) index++;
        return Starts[index] + ((number - Starts[index] + shifts[index]) % Length(index));
    }
}
