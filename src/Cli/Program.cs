using System.CommandLine;
using Akashi.Cli;
using Akashi.Supervisor;

// A query may begin with '@', which would otherwise name a file of arguments.
var result = CommandTree.Create(TimeProvider.System).Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
try
{
    var code = await result.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
    return result.Errors.Count > 0 ? ExitCodes.BadUsage : code;
}
catch (CommandFailure failure)
{
    await Console.Error.WriteLineAsync(failure.Message);
    return failure.ExitCode;
}
catch (OperationCanceledException)
{
    return ExitCodes.Interrupted;
}
catch (IOException e)
{
    // For example a reader of our output that has gone, or a full disk behind it.
    await Console.Error.WriteLineAsync(e.Message);
    return ExitCodes.Failure;
}
