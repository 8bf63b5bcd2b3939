using System.Globalization;
using System.Numerics;
using System.Text;
using Akashi.Agent.Protocol;
using Akashi.Traces.Contracts.Predicates;
using Akashi.Traces.Lines;
using Akashi.Traces.Store.Search;
using Akashi.Traces.Tests.Query;

namespace Akashi.Traces.Tests.Contract;

/// <summary>A line as it was sent, and where it must stand in every answer.</summary>
internal sealed class ExpectedTrace(byte[] line, LineEnd end, Tmid tmid, BatchId batch, int number, DateTimeOffset received)
{
    private readonly NaiveTrace _trace = new(line, received);

    public byte[] Line => line;

    public LineEnd End => end;

    public TracePosition Position => new(_trace.Time.ToUnixTimeMilliseconds(), tmid, batch, number);

    public bool Matches(Predicate predicate) => _trace.Matches(predicate);

    /// <summary>Of a field that repeats the first counts; null where it is absent.</summary>
    public string? First(string field) => _trace.Fields?.Where(one => NaiveTrace.Fold(one.Key) == NaiveTrace.Fold(field)).Select(one => one.Value).FirstOrDefault();

    public BigInteger Integer(string field) =>
        First(field) is { } text && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number.ToString(CultureInfo.InvariantCulture) == text ? number : 0;

    public override string ToString() => $"{Position} {Encoding.UTF8.GetString(line)}";
}
