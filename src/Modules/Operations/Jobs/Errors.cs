using Akashi.Platform.Errors;
using Microsoft.AspNetCore.Http;

namespace Akashi.Operations.Jobs;

internal sealed record JobNotFound(string Name) : Failure("job-not-found", StatusCodes.Status404NotFound)
{
    public override string Japanese => $"ジョブ「{Quoted.Of(Name)}」はありません。一覧で名前を確認してください。";
    public override string English => $"There is no job '{Quoted.Of(Name)}'. See the list for the names.";
}
