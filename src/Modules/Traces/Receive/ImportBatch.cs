using System.Text;
using Akashi.Agent.Protocol;
using Akashi.Endpoints.Contracts;
using Akashi.Platform.Audit;
using Akashi.Platform.Errors;
using Akashi.Platform.Web;
using Akashi.Traces.Lines;
using Microsoft.AspNetCore.Http;

namespace Akashi.Traces.Receive;

/// <summary>
/// PUT /api/v1/traces/import/{name}: an administrator brings in a batch from elsewhere. Its send time counts as collection time,
/// its retention from now; a terminal that is not known yet is registered as imported.
/// </summary>
internal static class ImportBatch
{
    private const int MaximumComputerName = 255;
    private const int LookedThrough = 1 << 20;

    public static async Task<IResult> HandleAsync(string name, HttpContext context, BatchReceiver receiver, TerminalRegister terminals, AuditLog audit, CancellationToken cancellation)
    {
        var caller = context.Caller();
        if (!BatchName.TryParse(name, out var batch)) return new BatchNameInvalid(name).ToProblem();
        var outcome = await receiver.ReceiveAsync(caller.Tenant, batch, TraceNames.SourceImport, context.Request, RegisterAsync, cancellation);
        if (!outcome.TryGet(out var receipt, out var failure)) return failure.ToProblem();
        // Before the receipt: whoever did not get one sends again, and the record is made up for.
        await audit.WriteAsync(caller.Tenant, AuditActor.Of(context), new AuditEntry(TraceNames.ImportAction, batch.FileName, After: receipt));
        return Results.Json(receipt);

        Task RegisterAsync(ReadOnlyMemory<byte> zip) => terminals.RegisterImportedAsync(caller.Tenant, batch.Tmid, ComputerNameOf(BatchZip.Beginning(zip, batch, LookedThrough)), cancellation);
    }

    /// <summary>The first <c>com=</c>; empty when no line names the computer.</summary>
    private static string ComputerNameOf(ReadOnlySpan<byte> beginning)
    {
        var parsed = new ParsedLine();
        var lines = new LineSplitter(beginning);
        while (lines.MoveNext())
        {
            LineParser.Parse(lines.Line, parsed);
            foreach (ref readonly var field in parsed.Fields)
            {
                if (!ParsedLine.Key(lines.Line, field).SequenceEqual("com"u8)) continue;
                var computer = Encoding.UTF8.GetString(parsed.Value(lines.Line, field));
                if (computer.Length is > 0 and <= MaximumComputerName && !computer.Any(char.IsControl)) return computer;
            }
        }
        return "";
    }
}
