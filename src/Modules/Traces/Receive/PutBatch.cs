using Akashi.Agent.Protocol;
using Akashi.Endpoints.Contracts;
using Akashi.Platform.Errors;
using Akashi.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace Akashi.Traces.Receive;

/// <summary>PUT /v1/batches/{name}: a terminal sends one batch. 200 means durable and logged; the same batch again is 200 too.</summary>
internal static class PutBatch
{
    public static async Task<IResult> HandleAsync(string name, HttpContext context, BatchReceiver receiver, TerminalRegister terminals, CancellationToken cancellation)
    {
        var caller = context.Caller();
        if (!BatchName.TryParse(name, out var batch)) return new BatchNameInvalid(name).ToProblem();
        if (batch.Tmid.ToString() != caller.Subject) return new WrongTerminal(batch.Tmid.ToString(), caller.Subject).ToProblem();
        var outcome = await receiver.ReceiveAsync(caller.Tenant, batch, TraceNames.SourceAgent, context.Request, beforeStoring: null, cancellation);
        if (!outcome.TryGet(out var receipt, out var failure)) return failure.ToProblem();
        await terminals.SeenAsync(caller.Tenant, batch.Tmid, cancellation);
        return Results.Json(receipt);
    }
}
