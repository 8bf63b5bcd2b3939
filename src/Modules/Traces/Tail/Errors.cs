using Akashi.Platform.Errors;
using Microsoft.AspNetCore.Http;

namespace Akashi.Traces.Tail;

internal sealed record TooManyTails(int Most, bool OfTenant) : Failure("too-many-tails", StatusCodes.Status429TooManyRequests)
{
    public override string Japanese => OfTenant
        ? $"この契約では同時に {Most} 個までライブ表示できます。ほかの人のライブ表示が終わるまでお待ちください。"
        : $"同時に {Most} 個までライブ表示できます。ほかの画面のライブ表示を終えてください。";
    public override string English => OfTenant
        ? $"At most {Most} live tails of a contract run at once. Wait until another one ends."
        : $"You can have at most {Most} live tails at once. End one of the others.";
    public override int? RetryAfterSeconds => 30;
}
