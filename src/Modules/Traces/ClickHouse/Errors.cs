using System.Globalization;
using Akashi.Platform.Errors;
using Microsoft.AspNetCore.Http;

namespace Akashi.Traces.ClickHouse;

internal sealed record TraceStoreAway(string Details) : Failure("trace-store-away", StatusCodes.Status503ServiceUnavailable)
{
    public override string Japanese => "証跡検索のデータベース (ClickHouse) が応答しません。証跡は受領してアーカイブに保管しており、復旧後に自動で検索できるようになります。しばらくしてからもう一度お試しください。";
    public override string English => "The database of the trace search (ClickHouse) does not answer. Traces are received and kept in the archive, and become searchable by themselves once it is back. Try again later.";
    public override string? Cause => Details;
    public override int? RetryAfterSeconds => 30;
}

internal sealed record TraceStoreTooOld(string Version) : Failure("trace-store-too-old", StatusCodes.Status503ServiceUnavailable)
{
    public override string Japanese => $"証跡検索のデータベース (ClickHouse) の版「{Quoted.Of(Version)}」は古すぎます。{ClickHouseServer.Oldest} 以降に更新してください。証跡は受領してアーカイブに保管しています。";
    public override string English => $"The database of the trace search (ClickHouse) has version '{Quoted.Of(Version)}', which is too old; upgrade it to {ClickHouseServer.Oldest} or later. Traces are received and kept in the archive.";
}

/// <summary>A replica that has not caught up, or rows that were lost: an answer would be short.</summary>
internal sealed record TraceStoreIncomplete(long Found, long Expected) : Failure("trace-store-incomplete", StatusCodes.Status503ServiceUnavailable)
{
    public override string Japanese => string.Create(CultureInfo.InvariantCulture, $"検索データが揃っていません (この期間の {Expected} 件のうち {Found} 件)。結果が欠けるため検索を中止しました。複製の遅れであれば数分で直ります。続く場合、管理者は akashi trace rebuild を実行してください。原本 (アーカイブ) から作り直します。");
    public override string English => string.Create(CultureInfo.InvariantCulture, $"The search data is not complete ({Found} of {Expected} traces of this time); the search was stopped because its answer would be short. If a replica lags it is well again in minutes; if not, run akashi trace rebuild: it is made anew from the originals in the archive.");
    public override int? RetryAfterSeconds => 30;
}

internal sealed record SearchTooLarge(string Details) : Failure("search-too-large", StatusCodes.Status422UnprocessableEntity)
{
    public override string Japanese => "検索に必要なメモリーが上限を超えました。期間を狭めるか、条件を絞ってください。";
    public override string English => "The search needs more memory than it may use. Narrow the time range or the query.";
    public override string? Cause => Details;
}

internal sealed record TraceStoreRefused(string Details) : Failure("trace-store-refused", StatusCodes.Status500InternalServerError)
{
    public override string Japanese => "証跡検索のデータベース (ClickHouse) が要求を受け付けませんでした。詳しくはサーバーのログをご覧ください。";
    public override string English => "The database of the trace search (ClickHouse) refused the request. The server's log has the details.";
    public override string? Cause => Details;
}
