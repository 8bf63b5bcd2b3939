using Akashi.Platform.Quotas;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Mvc;

namespace Akashi.Traces.Receive;

internal static class BatchRoutes
{
    /// <summary>Lets a body grow to the largest batch; every other route stays at the server's small default. <see cref="BatchReceiver"/> charges what arrives.</summary>
    public static RouteHandlerBuilder TakesBatches(this RouteHandlerBuilder route) =>
        route.WithMetadata(new RequestSizeLimitAttribute(BatchZip.MaximumZipBytes + 1L)).CountsAs(QuotaKind.Ingest).DisableAntiforgery();
}
