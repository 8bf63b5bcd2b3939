using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Akashi.Portal.Contracts;

/// <summary>Answers with a page, rendered whole before it is sent, so that a fault in it can still become an error page.</summary>
public static class Page
{
    public static IResult Show<TPage>(object parameters, int status = StatusCodes.Status200OK) where TPage : IComponent =>
        new RazorComponentResult<TPage>(parameters) { StatusCode = status, PreventStreamingRendering = true };

    /// <summary>True when htmx asks for a part of the page; going back in the history asks for the whole.</summary>
    public static bool IsPartial(HttpContext context) =>
        context.Request.Headers.ContainsKey("HX-Request") && !context.Request.Headers.ContainsKey("HX-History-Restore-Request");
}
