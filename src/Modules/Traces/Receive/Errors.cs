using Akashi.Platform.Errors;
using Microsoft.AspNetCore.Http;

namespace Akashi.Traces.Receive;

internal sealed record BatchNameInvalid(string Name) : Failure("batch-name-invalid", StatusCodes.Status400BadRequest)
{
    public override string Japanese => $"ファイル名「{Quoted.Of(Name, 128)}」は証跡ログのファイル名ではありません。「端末ID_送信時刻15桁-英数字32桁.zip」にしてください。";
    public override string English => $"'{Quoted.Of(Name, 128)}' is no batch name. Use TMID_yyyyMMddHHmmssf-<32 letters or digits>.zip.";
}

internal sealed record WrongTerminal(string Named, string Certified) : Failure("wrong-terminal", StatusCodes.Status422UnprocessableEntity)
{
    public override string Japanese => $"ファイル名の端末ID「{Quoted.Of(Named)}」が端末証明書の端末ID「{Quoted.Of(Certified)}」と一致しません。";
    public override string English => $"The terminal id '{Quoted.Of(Named)}' in the name is not the certificate's '{Quoted.Of(Certified)}'.";
}

internal sealed record LengthMissing() : Failure("length-required", StatusCodes.Status411LengthRequired)
{
    public override string Japanese => "Content-Length がありません。長さを付けて送ってください。";
    public override string English => "There is no Content-Length. Send the batch with its length.";
}

internal sealed record BatchTooLarge(long Bytes, long Maximum) : Failure("batch-too-large", StatusCodes.Status413PayloadTooLarge)
{
    public override string Japanese => $"大きさ {Bytes:N0} バイトは上限 {Maximum:N0} バイトを超えています。分割して送ってください。";
    public override string English => $"{Bytes} bytes exceed the limit of {Maximum}. Send smaller batches.";
}

internal sealed record BatchCutShort(long Bytes, long Expected) : Failure("batch-cut-short", StatusCodes.Status400BadRequest)
{
    public override string Japanese => $"{Expected:N0} バイトのうち {Bytes:N0} バイトしか届きませんでした。送り直してください。";
    public override string English => $"Only {Bytes} of {Expected} bytes arrived. Send the batch again.";
}

/// <param name="Fault">Stable suffix of the code.</param>
internal sealed record ZipRefused(string Fault, string WhyJapanese, string WhyEnglish) : Failure("zip-" + Fault, StatusCodes.Status422UnprocessableEntity)
{
    public override string Japanese => $"zip ファイルを受け取れません: {WhyJapanese}";
    public override string English => $"The zip file is refused: {WhyEnglish}";
}

internal sealed record BatchDiffers(string BatchId) : Failure("batch-differs", StatusCodes.Status409Conflict)
{
    public override string Japanese => $"バッチ「{Quoted.Of(BatchId)}」は別の内容で受領済みです。新しいバッチIDで送ってください。";
    public override string English => $"The batch '{Quoted.Of(BatchId)}' was received with other content. Send yours under a new batch id.";
}

internal sealed record ReceiveBusy() : Failure("receive-busy", StatusCodes.Status503ServiceUnavailable)
{
    public override string Japanese => "受信が混み合っています。少し待って再送してください。";
    public override string English => "Too many batches are arriving. Send again in a moment.";
    public override int? RetryAfterSeconds => 2;
}
