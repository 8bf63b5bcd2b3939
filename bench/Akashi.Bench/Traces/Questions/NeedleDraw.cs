using System.Globalization;
using System.Text.RegularExpressions;
using Akashi.Bench.Traces.Peers;
using Akashi.Bench.Traces.Rows;

namespace Akashi.Bench.Traces.Questions;

/// <summary>
/// Draws questions at random from what was sent. A needle must mean the same to everybody: a store that looks for words and one that looks for
/// stretches of characters, one that folds case and one that does not. Whether it does, one of the peers tells beforehand.
/// </summary>
/// <param name="judge">Null where no peer is asked: then the store itself tells how many traces have a needle.</param>
internal sealed partial class NeedleDraw(LineSample sample, ITraceStore store, ClickHouseStore? judge, DateTimeOffset firstDay, ulong seed)
{
    public const int Present = 14;
    public const int Absent = 6;
    private const int Each = Present + Absent;
    private const int MostHits = 100;
    private const int MostPartHits = 20;
    private const int Newest = 100;
    private const int AtOnce = 10; // candidates judged in one pass

    private static readonly string[] Everything = [.. TraceColumns.All.Where(column => column.Type == ColumnType.Text).Select(column => column.Key)];
    private static readonly string[] ValueKeys = ["sha256", "sha1", "md5", "psGUID", "tpsGUID", "parentGUID"];
    private readonly TokenShifts _elsewhere = new(KeyStream.Mix(seed ^ 0xAB5E));
    private KeyStream _chance = new(seed);

    public async Task<List<Question>> DrawAsync()
    {
        var questions = new List<Question>();
        questions.AddRange(await ValuesAsync());
        questions.AddRange(await WordsAsync());
        questions.AddRange(await PartsAsync());
        questions.AddRange(sample.Values(new HashSet<string> { "tmid" }).Select(value => value.Value).Distinct().Take(Each).Select(tmid => new Question("last-100", tmid, store => store.NewestAsync(tmid, Newest))));
        questions.AddRange(Enumerable.Range(0, Each).Select(_ => new Question("by-kind", "", store => store.ByKindAsync())));
        questions.AddRange(Enumerable.Range(0, Each).Select(_ => new Question("hourly", "", store => store.ConnectionsByHourAsync(firstDay, firstDay.AddDays(TraceFactory.Days)))));
        questions.AddRange(Days(1).Select(from => new Question("top-10", $"{from:d}", store => store.TopProgramsAsync(from, from.AddDays(1), 10))));
        questions.AddRange(Days(7).Select(from => new Question("group-by-2", $"{from:d}", store => store.ProgramsByUserAsync(from, from.AddDays(7), 100))));
        questions.AddRange(Patterns().Select(pattern => new Question("regex-scan", pattern, store => store.CommandsLikeAsync(pattern))));
        return questions;
    }

    private async Task<IEnumerable<Question>> ValuesAsync()
    {
        var drawn = Spread(sample.Values(ValueKeys.ToHashSet())).Where(item => item.Value.Trim('{', '}') is { Length: > 8 } && !item.Value.Contains("00000000-", StringComparison.Ordinal));
        var chosen = await ChooseAsync(drawn, MostHits, item => [$"{item.Key} = {ClickHouseStore.Quoted(item.Value)}"], item => (item.Key, Elsewhere(item.Value, TokenKind.Hash)), Ask);
        return chosen.Select(Ask);

        static Question Ask((string Key, string Value) item) => new("rare-value", $"{item.Key}:{item.Value}", store => store.ValueAsync(item.Key, item.Value));
    }

    private async Task<IEnumerable<Question>> WordsAsync()
    {
        var drawn = Spread(sample.Values(TraceColumns.FreeTextKeys.ToHashSet())).SelectMany(item => LongWord().Matches(item.Value).Select(word => (item.Key, word.Value)).Where(word => word.Value.Any(char.IsAsciiDigit) && word.Value.Any(char.IsAsciiLetter)).Take(1));
        var chosen = await ChooseAsync(drawn, MostHits, item => Agreeing(item.Value, word: true), item => (item.Key, Elsewhere(item.Value, TokenKind.TempName)), Ask);
        return chosen.Select(Ask);

        static Question Ask((string Key, string Value) item) => new("rare-word", item.Value, store => store.WordAsync(item.Value));
    }

    private async Task<IEnumerable<Question>> PartsAsync()
    {
        var drawn = Spread(sample.Values(TraceColumns.FreeTextKeys.ToHashSet())).Select(item => (item.Key, Value: Part(item.Value))).Where(item => item.Value.Length > 0);
        var inOne = await ChooseAsync(drawn, MostPartHits, item => Agreeing(item.Value, word: false, item.Key), item => (item.Key, Elsewhere(item.Value, TokenKind.TempName)), InOne);
        var anywhere = await ChooseAsync(drawn.Skip(1), MostPartHits, item => Agreeing(item.Value, word: false), item => (item.Key, Elsewhere(item.Value, TokenKind.TempName)), Anywhere);
        return [.. inOne.Select(InOne), .. anywhere.Select(Anywhere)];

        static Question InOne((string Key, string Value) item) => new("rare-substring", $"{item.Key}:*{item.Value}*", store => store.PartAsync([item.Key], item.Value));
        static Question Anywhere((string Key, string Value) item) => new("rare-substring-any", $"*{item.Value}*", store => store.PartAsync(TraceColumns.FreeTextKeys, item.Value));
    }

    /// <summary>Conditions that must all be true of the same number of rows.</summary>
    private static string[] Agreeing(string text, bool word, string? field = null)
    {
        var fields = field is null ? TraceColumns.FreeTextKeys : [field];
        var (exact, folded) = (ClickHouseStore.Quoted(text), ClickHouseStore.Quoted(text.ToLowerInvariant()));
        string[] conditions = [Any(fields, name => $"position({name}, {exact}) > 0"), Any(fields, name => $"position(lower({name}), {folded}) > 0")];
        if (!word) return conditions;
        var bounded = ClickHouseStore.Quoted($"(?i)(^|[^0-9A-Za-z]){text}($|[^0-9A-Za-z])");
        return [.. conditions, Any(fields, name => $"match({name}, {bounded})"), Any(Everything, name => $"position(lower({name}), {folded}) > 0")];

        static string Any(IEnumerable<string> fields, Func<string, string> condition) => string.Join(" OR ", fields.Select(condition));
    }

    private async Task<List<(string Key, string Value)>> ChooseAsync(
        IEnumerable<(string Key, string Value)> drawn, int mostHits, Func<(string Key, string Value), string[]> conditions, Func<(string Key, string Value), (string Key, string Value)> elsewhere,
        Func<(string Key, string Value), Question> ask)
    {
        var (present, absent, seen) = (new List<(string Key, string Value)>(), new List<(string Key, string Value)>(), new HashSet<(string, string)>());
        foreach (var some in drawn.Where(seen.Add).Chunk(AtOnce))
        {
            (string Key, string Value)[] candidates = absent.Count < Absent ? [.. some, .. some.Take(2).Select(elsewhere)] : some;
            var hits = judge is null ? await HitsAsync(candidates.Select(ask)) : await HitsAsync(judge, [.. candidates.Select(conditions)]);
            for (var i = 0; i < candidates.Length; i++)
            {
                if (hits[i] is not { } count || count > mostHits) continue;
                var list = count == 0 ? absent : present;
                if (list.Count < (count == 0 ? Absent : Present)) list.Add(candidates[i]);
            }
            if (present.Count == Present && absent.Count == Absent) return [.. present.Zip(present, (item, _) => item), .. absent];
        }
        throw new InvalidOperationException($"Only {present.Count} present and {absent.Count} absent needles were found.");
    }

    private async Task<long?[]> HitsAsync(IEnumerable<Question> questions)
    {
        var hits = new List<long?>();
        foreach (var question in questions) hits.Add(long.Parse(await question.Ask(store), CultureInfo.InvariantCulture));
        return [.. hits];
    }

    /// <returns>Null where the conditions disagree.</returns>
    private static async Task<long?[]> HitsAsync(ClickHouseStore judge, IReadOnlyList<string[]> conditions)
    {
        var counts = await judge.CountEachAsync([.. conditions.SelectMany(each => each)]);
        var hits = new long?[conditions.Count];
        for (var (i, at) = (0, 0); i < hits.Length; at += conditions[i++].Length)
        {
            var each = counts.AsSpan(at, conditions[i].Length);
            hits[i] = each.ContainsAnyExcept(each[0]) ? null : each[0];
        }
        return hits;
    }

    /// <summary>Each key in turn: hashes would drown what stands in few lines.</summary>
    private static List<(string Key, string Value)> Spread(List<(string Key, string Value)> values) =>
        [.. values.GroupBy(item => item.Key).SelectMany(group => group.Distinct().Index()).OrderBy(item => item.Index).Select(item => item.Item)];

    private string Part(string value)
    {
        var length = 8 + _chance.Below(5);
        if (value.Length < length) return "";
        var part = value.Substring(_chance.Below(value.Length - length + 1), length);
        return part.Any(char.IsAsciiDigit) && PlainPart().IsMatch(part) ? part : "";
    }

    private string Elsewhere(string value, TokenKind kind)
    {
        var text = System.Text.Encoding.ASCII.GetBytes(value.Trim('{', '}'));
        _elsewhere.Rewrite(text, kind);
        return value.Replace(value.Trim('{', '}'), System.Text.Encoding.ASCII.GetString(text), StringComparison.Ordinal);
    }

    private IEnumerable<DateTimeOffset> Days(int length) => Enumerable.Range(0, Each).Select(_ => firstDay.AddDays(_chance.Below(TraceFactory.Days - length + 1)));

    /// <summary>Words of commands of which two letters of three may be any: nothing to look up.</summary>
    private IEnumerable<string> Patterns() =>
        sample.Values(new HashSet<string> { "cmd", "shCmd" }).SelectMany(item => Letters().Matches(item.Value).Select(word => word.Value.ToLowerInvariant())).Distinct().Take(10 * Each)
            .Where((_, index) => index % 10 == 0).Select(word => string.Concat(word.Select((letter, index) => index % 3 == 0 ? $"{letter}" : "[a-z]")));

    [GeneratedRegex("[0-9A-Za-z]{6,}", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex LongWord();

    [GeneratedRegex("[A-Za-z]{8,}", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Letters();

    /// <summary>Neither quote nor wildcard nor anything that folds to something else.</summary>
    [GeneratedRegex("^[!#-)+->@-~ ]+$", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex PlainPart();
}
