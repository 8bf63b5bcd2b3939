using System.Globalization;
using Akashi.Platform.Errors;
using Microsoft.AspNetCore.Http;

namespace Akashi.Platform.Quotas;

internal sealed record RequestLimitExceeded(int PerSecond, int Seconds) : Failure("request-limit-exceeded", StatusCodes.Status429TooManyRequests)
{
    public override string Japanese => $"要求の数が契約の上限 (毎秒 {PerSecond:N0} 件) を超えました。約 {Seconds} 秒後に再度お試しください。上限の変更はサービス提供者にご相談ください。";
    public override string English => $"More requests than your contract's limit of {PerSecond} a second. Try again in about {Seconds} s; ask the provider for a higher limit.";
    public override int? RetryAfterSeconds => Seconds;
}

internal sealed record IngestLimitExceeded(long BytesPerSecond, int Seconds) : Failure("ingest-limit-exceeded", StatusCodes.Status429TooManyRequests)
{
    public override string Japanese => $"証跡の受信量が契約の上限 (毎秒 {ByteText.Of(BytesPerSecond)}) を超えました。約 {Seconds} 秒後に再送してください。証跡は端末に保持されます。上限の変更はサービス提供者にご相談ください。";
    public override string English => $"More traces than your contract's limit of {ByteText.Of(BytesPerSecond)} a second. Send again in about {Seconds} s; the terminal keeps them. Ask the provider for a higher limit.";
    public override int? RetryAfterSeconds => Seconds;
}

internal sealed record TooManyWaiting(int Waiting) : Failure("too-many-waiting", StatusCodes.Status429TooManyRequests)
{
    public override string Japanese => $"この契約の要求がすでに {Waiting} 件、順番を待っています。約 {RetryAfterSeconds} 秒後に再度お試しください。";
    public override string English => $"{Waiting} requests of this contract already wait for their turn. Try again in about {RetryAfterSeconds} s.";
    public override int? RetryAfterSeconds => 5;
}

internal sealed record ServiceBusy() : Failure("service-busy", StatusCodes.Status503ServiceUnavailable)
{
    public override string Japanese => $"サービスが混み合っています。約 {RetryAfterSeconds} 秒後に再度お試しください。";
    public override string English => $"The service is busy. Try again in about {RetryAfterSeconds} s.";
    public override int? RetryAfterSeconds => 3;
}

/// <summary>Sizes as people read them.</summary>
internal static class ByteText
{
    private static readonly string[] Units = ["B", "KiB", "MiB", "GiB"];

    public static string Of(long bytes)
    {
        var (value, unit) = ((double)bytes, 0);
        while (value >= 1024 && unit < Units.Length - 1) (value, unit) = (value / 1024, unit + 1);
        return string.Create(CultureInfo.InvariantCulture, $"{value:0.#} {Units[unit]}");
    }
}
