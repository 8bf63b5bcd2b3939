using System.Text;

namespace Akashi.Traces.Query;

internal enum ProposalKind
{
    Field,
    Value,
    Operator,
}

/// <param name="Text">What to write; quoted where needed.</param>
internal readonly record struct Proposal(ProposalKind Kind, string Text);

/// <param name="Start">First character to replace, as an index into the text.</param>
/// <param name="Length">How many characters to replace.</param>
internal sealed record Completion(int Start, int Length, IReadOnlyList<Proposal> Proposals);

/// <summary>Proposes how a query may go on at the caret: field names, then operators and values of that field.</summary>
internal static class QueryCompletion
{
    public const int MaxProposals = 20;
    private static readonly string[] General = ["*", "=", "/", "("];
    private static readonly string[] Numeric = [">", ">=", "<", "<=", "["];

    /// <param name="fields">Known field names, the most wanted first.</param>
    /// <param name="frequent">Frequent values of a field, the most frequent first; empty when none are known.</param>
    public static Completion At(string text, int caret, IReadOnlyList<string> fields, Func<string, IReadOnlyList<string>> frequent)
    {
        caret = Math.Clamp(caret, 0, text.Length);
        var context = CaretContext.At(text, caret);
        if (context.InRegex) return new Completion(caret, 0, []);
        var written = text[context.Start..caret];
        var end = Math.Max(caret, CaretContext.EndOfTerm(text, context.Start, text.Length));
        if (context.Field is null)
        {
            var colon = text.IndexOf(':', caret, end - caret);
            return new Completion(context.Start, (colon < 0 ? end : colon + 1) - context.Start, Fields(written, fields));
        }
        var proposals = Values(written, frequent(context.Field), context.InGroup);
        return new Completion(context.Start, end - context.Start, [.. proposals.Take(MaxProposals)]);
    }

    private static List<Proposal> Fields(string written, IReadOnlyList<string> fields)
    {
        return [.. Fitting(CaretContext.Unquoted(written), fields).Take(MaxProposals).Select(Field)];

        static Proposal Field(string name)
        {
            var text = new StringBuilder();
            QueryPrinter.PrintField(name, text);
            return new Proposal(ProposalKind.Field, text.ToString());
        }
    }

    private static IEnumerable<Proposal> Values(string written, IReadOnlyList<string> values, bool inGroup)
    {
        var lead = written.StartsWith('=') ? "=" : "";
        foreach (var value in Fitting(CaretContext.Unquoted(written[lead.Length..]), values))
        {
            var text = new StringBuilder(lead);
            if (lead.Length > 0) QueryPrinter.PrintQuoted(value, text);
            else QueryPrinter.PrintPlain(value, text, inGroup);
            yield return new Proposal(ProposalKind.Value, text.ToString());
        }
        var numbers = values.Count == 0 || values.Any(value => DecimalText.TryRead(Folder.Fold(value), out _));
        foreach (var sign in numbers ? [.. General, .. Numeric] : General)
        {
            if (sign.StartsWith(written, StringComparison.Ordinal) && sign.Length > written.Length && !(inGroup && sign == "(")) yield return new Proposal(ProposalKind.Operator, sign);
        }
    }

    /// <summary>Those that begin with what is written, then those that have it elsewhere, compared folded.</summary>
    private static IEnumerable<string> Fitting(string written, IReadOnlyList<string> candidates)
    {
        var wanted = Folder.Fold(written);
        var places = candidates.Where(candidate => candidate.Length > 0).Select(candidate => (candidate, Place: Folder.Fold(candidate).AsSpan().IndexOf(wanted))).ToList();
        return places.Where(place => place.Place == 0).Concat(places.Where(place => place.Place > 0)).Select(place => place.candidate);
    }
}
