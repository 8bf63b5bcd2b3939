using System.Buffers;

namespace Akashi.Agent.Processes;

/// <summary>
/// Arguments as one line: joined by a space; an argument that is empty or holds white space, a quote or a backslash is put into single
/// quotes as a POSIX shell would read it, so that the borders between arguments stay visible.
/// </summary>
internal static class CommandLineText
{
    private static readonly SearchValues<byte> NeedsQuotes = SearchValues.Create(" \t\n\r'\"\\"u8);

    /// <param name="arguments">Each ended by NUL; the last NUL may be missing when the bytes were cut.</param>
    public static void Write(ReadOnlySpan<byte> arguments, ArrayBufferWriter<byte> target)
    {
        if (arguments.EndsWith((byte)0)) arguments = arguments[..^1];
        // A program that rewrote its own arguments pads them with NULs.
        arguments = arguments.TrimEnd((byte)0);
        var first = true;
        foreach (var range in arguments.Split((byte)0))
        {
            if (!first) target.Write(" "u8);
            first = false;
            var argument = arguments[range];
            if (!argument.IsEmpty && !argument.ContainsAny(NeedsQuotes)) target.Write(argument);
            else Quote(argument, target);
        }
    }

    private static void Quote(ReadOnlySpan<byte> argument, ArrayBufferWriter<byte> target)
    {
        target.Write("'"u8);
        while (argument.IndexOf((byte)'\'') is >= 0 and var at)
        {
            target.Write(argument[..at]);
            target.Write("'\\''"u8);
            argument = argument[(at + 1)..];
        }
        target.Write(argument);
        target.Write("'"u8);
    }
}
