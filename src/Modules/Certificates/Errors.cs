using Akashi.Platform.Errors;
using Microsoft.AspNetCore.Http;

namespace Akashi.Certificates;

internal sealed record RequestUnreadable(string Why) : Failure("certificate-request-unreadable", StatusCodes.Status422UnprocessableEntity)
{
    public override string Japanese => "証明書要求 (PKCS#10) を読み取れません。PEM 形式で、秘密鍵の署名が付いたものを送ってください。";
    public override string English => "The certificate request (PKCS#10) cannot be read. Send it as PEM, signed with its own key.";
    public override string? Cause => Why;
}

internal sealed record KeyTooWeak(string Key) : Failure("certificate-key-refused", StatusCodes.Status422UnprocessableEntity)
{
    public override string Japanese => $"鍵「{Quoted.Of(Key)}」は使えません。ECDSA P-256 または P-384、もしくは RSA 2048 ビット以上の鍵を使ってください。";
    public override string English => $"The key '{Quoted.Of(Key)}' is not accepted. Use ECDSA P-256 or P-384, or RSA with 2048 bits or more.";
}

internal sealed record CertificateMissing() : Failure("certificate-missing", StatusCodes.Status401Unauthorized)
{
    public override string Japanese => "端末証明書が提示されていません。端末を登録し直してください。";
    public override string English => "No terminal certificate was presented. Enrol the terminal.";
}

internal sealed record CertificateForeign(string Issuer) : Failure("certificate-foreign", StatusCodes.Status403Forbidden)
{
    public override string Japanese => $"この証明書 (発行者「{Quoted.Of(Issuer, 200)}」) は本サービスが発行した端末証明書ではありません。端末を登録し直してください。";
    public override string English => $"This certificate (issuer '{Quoted.Of(Issuer, 200)}') is no terminal certificate of this service. Enrol the terminal again.";
}

internal sealed record CertificateExpired(DateTimeOffset ExpiredAt) : Failure("certificate-expired", StatusCodes.Status403Forbidden)
{
    public override string Japanese => $"端末証明書の有効期限 ({ExpiredAt.ToOffset(TimeSpan.FromHours(9)):yyyy/MM/dd HH:mm:ss}) が切れています。端末を登録し直してください。";
    public override string English => $"The terminal certificate expired at {ExpiredAt:u}. Enrol the terminal again.";
}

internal sealed record CertificateRevoked(string Serial) : Failure("certificate-revoked", StatusCodes.Status403Forbidden)
{
    public override string Japanese => $"端末証明書 (番号 {Quoted.Of(Serial)}) は失効しているか、記録がありません。端末を登録し直してください。";
    public override string English => $"The terminal certificate (number {Quoted.Of(Serial)}) is revoked or unknown. Enrol the terminal again.";
}
