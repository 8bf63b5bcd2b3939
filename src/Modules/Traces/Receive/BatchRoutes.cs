using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Mvc;

namespace Akashi.Traces.Receive;

internal static class BatchRoutes
{
    /// <summary>Lets a body grow to the largest batch; every other route stays at the server's small default.</summary>
    public static RouteHandlerBuilder TakesBatches(this RouteHandlerBuilder route) =>
        route.WithMetadata(new RequestSizeLimitAttribute(BatchZip.MaximumZipBytes + 1L)).DisableAntiforgery();
}
