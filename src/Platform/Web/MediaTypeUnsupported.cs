using Akashi.Platform.Errors;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Extensions.DependencyInjection;

namespace Akashi.Platform.Web;

/// <summary>RFC 9110 §15.5.16: the route is there, but takes another kind of body.</summary>
/// <param name="Wanted">Media types, for example <c>application/json</c>.</param>
internal sealed record MediaTypeUnsupported(string? Given, string Wanted) : Failure("unsupported-media-type", StatusCodes.Status415UnsupportedMediaType)
{
    private const int MaximumWanted = 200; // several names

    public override string Japanese => $"{(string.IsNullOrEmpty(Given) ? "Content-Type がありません" : $"Content-Type「{Quoted.Of(Given)}」は受け付けられません")}。「{Quoted.Of(Wanted, MaximumWanted)}」で送ってください。";
    public override string English => $"{(string.IsNullOrEmpty(Given) ? "There is no Content-Type" : $"The Content-Type '{Quoted.Of(Given)}' is not taken here")}. Send '{Quoted.Of(Wanted, MaximumWanted)}'.";

    public static MediaTypeUnsupported Of(HttpRequest request, Endpoint? route) =>
        new(request.ContentType, string.Join(", ", route?.Metadata.GetMetadata<IAcceptsMetadata>()?.ContentTypes ?? []));

    /// <summary>
    /// Routing passes over a route whose media type is not the one sent and finds the next that fits the path: the one that says that nothing is
    /// there. Without that step the route itself refuses, after its access check. No two of our routes differ in their media type alone.
    /// </summary>
    public static void LeaveToHandlers(IServiceCollection services)
    {
        foreach (var step in services.Where(service => service.ImplementationType?.FullName == "Microsoft.AspNetCore.Routing.Matching.AcceptsMatcherPolicy").ToList()) services.Remove(step);
    }
}
