using Akashi.Platform.Calendar;
using Akashi.Platform.Errors;
using Akashi.Traces.Query;
using Akashi.Traces.Store;
using Microsoft.AspNetCore.Http;

namespace Akashi.Traces.Search;

internal sealed record QueryInvalid(QueryError Error) : Failure("query-invalid", StatusCodes.Status400BadRequest)
{
    public override string Japanese => $"検索式の {Error.Column} 文字目を読み取れません: {QueryErrorTexts.Japanese(Error)}{(Error.Fix is { Length: > 0 } fix ? $" 例: {Quoted.Of(fix, 120)}" : "")}";
    public override string English => $"The query cannot be read at column {Error.Column}: {QueryErrorTexts.English(Error)}{(Error.Fix is { Length: > 0 } fix ? $" For example: {Quoted.Of(fix, 120)}" : "")}";
}

internal sealed record SearchNotServed() : Failure("search-not-served", StatusCodes.Status503ServiceUnavailable)
{
    public override string Japanese => "このサービスは複数のサーバーで動いており、証跡検索はまだ使えません。証跡は受領してアーカイブに保管しています。失われることはありません。";
    public override string English => "This service runs on several nodes, where traces cannot be searched yet. They are received and kept in the archive; none is lost.";
}

internal sealed record TraceNotFound() : Failure("trace-not-found", StatusCodes.Status404NotFound)
{
    public override string Japanese => "この証跡は見つかりません。保存期間が過ぎたか、アドレスが正しくありません。証跡検索からお探しください。";
    public override string English => "This trace was not found: it is past its retention, or the address is wrong. Search for it again.";
}

internal sealed record SearchTimedOut(int Seconds) : Failure("search-timed-out", StatusCodes.Status503ServiceUnavailable)
{
    public override string Japanese => $"検索が {Seconds} 秒以内に終わりませんでした。期間を狭めるか、条件を絞ってください。";
    public override string English => $"The search did not end within {Seconds} seconds. Narrow the time range or the query.";
    public override int? RetryAfterSeconds => 10;
}

internal sealed record ExpressionTooSlow() : Failure("expression-too-slow", StatusCodes.Status422UnprocessableEntity)
{
    public override string Japanese => "正規表現の照合に時間がかかりすぎたため、中止しました。正規表現を短くするか、evt: などの条件を加えて対象を絞ってください。";
    public override string English => "The regular expression took too long on one of the values, so this was stopped. Make it shorter, or narrow the query by another condition.";
}

internal sealed record SearchTooBroad(string What, long Most) : Failure("search-too-broad", StatusCodes.Status422UnprocessableEntity)
{
    public override string Japanese => What == SearchTooBroadException.Steps
        ? $"グラフの目盛りが {Most} を超えます。間隔を広げるか、期間を狭めてください。"
        : $"値の種類が {Most} を超えます。期間を狭めるか、条件を絞るか、種類の少ない項目を選んでください。";
    public override string English => What == SearchTooBroadException.Steps
        ? $"The histogram has more than {Most} steps. Choose a longer interval or a narrower time range."
        : $"There are more than {Most} different values. Narrow the time range or the query, or choose a field with fewer values.";
}

internal sealed record StoreDamaged(SegmentDamaged Damage) : Failure("trace-store-damaged", StatusCodes.Status500InternalServerError)
{
    public override string Japanese => $"検索データ「{Quoted.Of(Damage.File, 200)}」が破損しています。結果が欠けるため検索を中止しました。管理者は akashi trace rebuild --day {Day} を実行してください。原本 (アーカイブ) から作り直します。";
    public override string English => $"The search data '{Quoted.Of(Damage.File, 200)}' is damaged; the search was stopped because its answer would be incomplete. Run akashi trace rebuild --day {Day}: it is made anew from the originals in the archive.";
    public override string? Cause => Damage.ToString();

    /// <summary>Files are named by their day.</summary>
    private string Day => Damage.File.Length > 10 && JstDay.TryParse(Damage.File[..10], out var day) ? day.ToString() : "yyyy-MM-dd";
}

/// <summary>What each fault of a query text is called.</summary>
internal static class QueryErrorTexts
{
    public static string Japanese(QueryError error) => error.Id switch
    {
        QueryError.Empty => "検索式が空です。すべてを探すには * と書きます。",
        QueryError.TooLong => $"長すぎます (上限 {error.Limit} 文字)。",
        QueryError.TooDeep => $"かっこの入れ子が深すぎます (上限 {error.Limit} 段)。",
        QueryError.TooManyTerms => $"条件が多すぎます (上限 {error.Limit} 個)。",
        QueryError.UnclosedQuote => "引用符 \" が閉じていません。",
        QueryError.UnclosedParenthesis => "かっこ ( が閉じていません。",
        QueryError.UnexpectedParenthesis => "対応する ( のない ) があります。",
        QueryError.ParenthesisInValue => "値の直後にかっこがあります。値を引用符で囲むか、空白を入れてください。",
        QueryError.TermExpected => $"「{Quoted.Of(error.Offending)}」の位置に条件が必要です。",
        QueryError.FieldNameMissing => "コロン : の前に項目名がありません。",
        QueryError.FieldNameTooLong => $"項目名が長すぎます (上限 {error.Limit} 文字)。",
        QueryError.WildcardInFieldName => "項目名にワイルドカードは使えません。",
        QueryError.ValueMissing => $"項目「{Quoted.Of(error.Offending)}」の値がありません。",
        QueryError.WildcardNeedsField => "ワイルドカードは項目名と組み合わせてください。",
        QueryError.NoWord => $"「{Quoted.Of(error.Offending)}」には検索できる文字や数字がありません。",
        QueryError.UnclosedRegex => "/ で始まる値は正規表現です。閉じる / がありません。文字どおりに探すには引用符で囲んでください。",
        QueryError.RegexFlags => $"正規表現の閉じる / の後には i だけを書けます (「{Quoted.Of(error.Offending)}」は使えません)。パスを探すには引用符で囲んでください。",
        QueryError.RegexInvalid => $"正規表現の「{Quoted.Of(error.Offending)}」の位置が正しくありません。",
        QueryError.RegexUnsupported => $"正規表現の「{Quoted.Of(error.Offending)}」は使えません (後方参照、先読み・後読み、(?…) の指定など)。大文字小文字を区別しないときは /…/i と書きます。",
        QueryError.RegexTooLong => $"正規表現が長すぎます (上限 {error.Limit} 文字)。",
        QueryError.RegexTooLarge => $"正規表現が大きすぎます (繰り返しを展開して上限 {error.Limit})。繰り返しの回数を減らしてください。",
        QueryError.NumberExpected => $"「{Quoted.Of(error.Offending)}」の < や > の後には数を書きます。文字どおりに探すには引用符で囲んでください。",
        QueryError.RangeInvalid => $"「{Quoted.Of(error.Offending)}」は範囲ではありません。[1024..2048] のように空白を入れずに書きます。",
        QueryError.RangeBackwards => $"範囲「{Quoted.Of(error.Offending)}」の始まりが終わりより大きくなっています。",
        QueryError.NetworkInvalid => $"「{Quoted.Of(error.Offending)}」はネットワークではありません。10.0.0.0/8 や fe80::/10 のように書きます。文字どおりに探すには引用符で囲んでください。",
        QueryError.WildcardInExact => "= で始まる値にワイルドカードは使えません。* や ? そのものを探すには引用符で囲んでください。",
        QueryError.TooManyValues => $"値の並びが長すぎます (上限 {error.Limit} 個)。",
        _ => $"「{Quoted.Of(error.Offending)}」",
    };

    public static string English(QueryError error) => error.Id switch
    {
        QueryError.Empty => "it is empty; write * for everything.",
        QueryError.TooLong => $"it is too long (at most {error.Limit} characters).",
        QueryError.TooDeep => $"parentheses are nested too deeply (at most {error.Limit}).",
        QueryError.TooManyTerms => $"it has too many terms (at most {error.Limit}).",
        QueryError.UnclosedQuote => "the quote \" is not closed.",
        QueryError.UnclosedParenthesis => "the parenthesis ( is not closed.",
        QueryError.UnexpectedParenthesis => "this ) has no (.",
        QueryError.ParenthesisInValue => "a parenthesis follows the value at once; quote the value or add a space.",
        QueryError.TermExpected => $"a term is needed in place of '{Quoted.Of(error.Offending)}'.",
        QueryError.FieldNameMissing => "there is no field name before the colon.",
        QueryError.FieldNameTooLong => $"the field name is too long (at most {error.Limit} characters).",
        QueryError.WildcardInFieldName => "a field name cannot hold a wildcard.",
        QueryError.ValueMissing => $"the field '{Quoted.Of(error.Offending)}' has no value.",
        QueryError.WildcardNeedsField => "a wildcard needs a field name before it.",
        QueryError.NoWord => $"'{Quoted.Of(error.Offending)}' holds no letter or digit to search for.",
        QueryError.UnclosedRegex => "a value that begins with / is a regular expression, and this one has no / at its end; quote it to search for the text itself.",
        QueryError.RegexFlags => $"only i may follow the / that ends a regular expression, not '{Quoted.Of(error.Offending)}'; quote a path.",
        QueryError.RegexInvalid => $"the regular expression is wrong at '{Quoted.Of(error.Offending)}'.",
        QueryError.RegexUnsupported => $"the regular expression cannot have '{Quoted.Of(error.Offending)}' (no references back, look-around or options in it); write /…/i to ignore case.",
        QueryError.RegexTooLong => $"the regular expression is too long (at most {error.Limit} characters).",
        QueryError.RegexTooLarge => $"the regular expression is too large (at most {error.Limit} with repetitions written out); repeat less often.",
        QueryError.NumberExpected => $"a number follows < or >, not as in '{Quoted.Of(error.Offending)}'; quote it to search for the text itself.",
        QueryError.RangeInvalid => $"'{Quoted.Of(error.Offending)}' is no range; write it as [1024..2048], without spaces.",
        QueryError.RangeBackwards => $"the range '{Quoted.Of(error.Offending)}' begins above its end.",
        QueryError.NetworkInvalid => $"'{Quoted.Of(error.Offending)}' is no network as 10.0.0.0/8 or fe80::/10 is; quote it to search for the text itself.",
        QueryError.WildcardInExact => "a value after = cannot hold a wildcard; quote it to search for * or ? itself.",
        QueryError.TooManyValues => $"the list of values is too long (at most {error.Limit}).",
        _ => $"'{Quoted.Of(error.Offending)}'",
    };
}
