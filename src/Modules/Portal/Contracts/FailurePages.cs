using Akashi.Platform.Errors;
using Akashi.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace Akashi.Portal.Contracts;

/// <summary>Failures as people read them.</summary>
public static class FailurePages
{
    public static string TextOf(Failure failure)
    {
        ArgumentNullException.ThrowIfNull(failure);
        return PageLanguage.Say(failure.Japanese, failure.English);
    }

    /// <summary>A whole page that says what happened, what to do, and which id to quote.</summary>
    internal static IResult Show(HttpContext context, Failure failure) =>
        Page.Show<FailurePageView>(new { Failure = failure, context.TraceIdentifier }, failure.Status);
}
