using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Akashi.Platform.Errors;
using Microsoft.AspNetCore.Http;

namespace Akashi.Platform.Web;

/// <summary>A request that did not get as far as its handler: broken JSON, a number that is none, too much.</summary>
internal sealed partial record RequestUnreadable(string WhyJapanese, string WhyEnglish, int HttpStatus) : Failure("bad-request", HttpStatus)
{
    private const int MatchMilliseconds = 1000;

    public override string Japanese => $"要求を読み取れません。{WhyJapanese}";
    public override string English => $"The request cannot be read: {WhyEnglish}";

    /// <summary>PostgreSQL's text holds every character but this one.</summary>
    public static RequestUnreadable WithNul => new("使えない文字 (U+0000) が含まれています。取り除いて再送してください。", "it holds a character that cannot be stored (U+0000). Remove it.", StatusCodes.Status400BadRequest);

    /// <summary>The framework says what was wrong in English alone; what it quotes is taken out of its words.</summary>
    public static RequestUnreadable From(BadHttpRequestException bad)
    {
        if (bad.InnerException is JsonException json)
        {
            // Whether an empty body is known to be one before it is read depends on when its end arrives.
            if (json is { LineNumber: 0, BytePositionInLine: 0 } && json.Message.Contains("does not contain any JSON tokens", StringComparison.Ordinal))
                return new("「body」がありません。", "'body' is missing.", bad.StatusCode);
            var (line, path) = (((json.LineNumber ?? 0) + 1).ToString(CultureInfo.InvariantCulture), Quoted.Of(json.Path ?? "$"));
            return new($"JSON の {line} 行目、「{path}」のところで形式が違います。", $"its JSON is wrong in line {line}, at '{path}'.", bad.StatusCode);
        }
        if (Unbound().Match(bad.Message) is { Success: true } unbound)
        {
            var (name, value) = (Quoted.Of(unbound.Groups["name"].Value), Quoted.Of(unbound.Groups["value"].Value));
            return new($"「{name}」に「{value}」は使えません。", $"'{name}' cannot be '{value}'.", bad.StatusCode);
        }
        if (Missing().Match(bad.Message) is { Success: true } missing)
        {
            var name = Quoted.Of(missing.Groups["name"].Value);
            return new($"「{name}」がありません。", $"'{name}' is missing.", bad.StatusCode);
        }
        return Of(bad.StatusCode);
    }

    public static RequestUnreadable Of(int status) => status == StatusCodes.Status413PayloadTooLarge
        ? new("本文が大きすぎます。分けて送ってください。", "its body is too large. Send it in parts.", status)
        : new("API 文書にある形式で送り直してください。", "send it in the form that the API document describes.", status);

    [GeneratedRegex("^Failed to bind parameter \"(?:.* )?(?<name>\\w+)\" from \"(?<value>.*)\"\\.$", RegexOptions.Singleline, MatchMilliseconds)]
    private static partial Regex Unbound();

    [GeneratedRegex(" parameter \"(?:.* )?(?<name>\\w+)\" (?:was not|but no body was) provided", RegexOptions.Singleline, MatchMilliseconds)]
    private static partial Regex Missing();
}
