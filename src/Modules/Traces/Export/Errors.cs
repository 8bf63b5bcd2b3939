using Akashi.Platform.Errors;
using Microsoft.AspNetCore.Http;

namespace Akashi.Traces.Export;

internal sealed record UnknownExport(string? Id) : Failure("unknown-export", StatusCodes.Status404NotFound)
{
    public override string Japanese => $"出力「{Quoted.Of(Id)}」は見つかりません。まだ始まっていないか、1 週間以上前に終わっています。";
    public override string English => $"There is no export '{Quoted.Of(Id)}': it has not begun yet, or ended more than a week ago.";
}

internal sealed record ExportStopped() : Failure("export-stopped", StatusCodes.Status409Conflict)
{
    public override string Japanese => "出力は中止されました。受け取ったファイルは途中までです。";
    public override string English => "The export was stopped. The file that arrived is not complete.";
}

internal sealed record ExportLost() : Failure("export-lost", StatusCodes.Status503ServiceUnavailable)
{
    public override string Japanese => "サーバーが止まったため、出力が途中で終わりました。受け取ったファイルは途中までです。もう一度出力してください。";
    public override string English => "The server stopped in the middle of the export. The file that arrived is not complete; export it again.";
}

internal sealed record ExportBroken() : Failure("export-broken", StatusCodes.Status500InternalServerError)
{
    public override string Japanese => "サーバー内部の問題のため、出力が途中で終わりました。受け取ったファイルは途中までです。時間をおいて、もう一度出力してください。";
    public override string English => "The export ended in the middle because something went wrong inside the server. The file that arrived is not complete; export it again later.";
}
