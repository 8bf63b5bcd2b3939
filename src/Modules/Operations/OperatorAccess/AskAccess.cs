using System.Globalization;
using Akashi.Platform.Errors;
using Akashi.Portal.Contracts;
using Microsoft.AspNetCore.Http;

namespace Akashi.Operations.OperatorAccess;

/// <summary>GET and POST /operator-access/ask on the console.</summary>
internal static class AskAccess
{
    private const int DefaultMinutes = 120;

    public static IResult Get(string? supportId) => Show(new AskedAccess(supportId is { Length: <= 64 } ? supportId : "", "", "consent", null, ["traces.search", "terminals.read"], DefaultMinutes), null);

    public static async Task<IResult> PostAsync(IFormCollection form, HttpContext context, OperatorSteps steps)
    {
        var minutes = int.TryParse(form["minutes"], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
        var asked = new AskedAccess(form["supportId"].ToString(), form["reason"].ToString(), form["basis"].ToString(), form["legalReference"].ToString(), [.. form["permission"].OfType<string>()], minutes);
        var outcome = await steps.AskAsync(context, asked);
        return outcome.TryGet(out _, out var failure) ? Results.Redirect(OperatorAccessRoutes.AskedPath + "?done=Asked") : Show(asked, failure);
    }

    private static IResult Show(AskedAccess asked, Failure? failure) =>
        Page.Show<AskAccessPage>(new { Model = (object)asked, Failure = failure }, failure?.Status ?? StatusCodes.Status200OK);
}
