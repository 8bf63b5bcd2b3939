using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using Akashi.Agent.Protocol;
using Akashi.Platform.Tenancy;
using Akashi.Identity.Contracts;
using Akashi.Traces.Contracts.Predicates;
using Akashi.Traces.Lines;
using Akashi.Traces.Query;
using Akashi.Traces.Search;
using Akashi.Traces.Store.Search;
using Akashi.Traces.Tests.Lines;
using Akashi.Traces.Tests.Query;

namespace Akashi.Traces.Tests.Contract;

/// <summary>What every trace store must answer: the same as a plain filter over the lines that were sent, to the byte and in the one order.</summary>
public abstract class TraceStoreContract : IAsyncLifetime
{
    private static readonly Tmid[] Terminals = [TracePipeline.Terminal, Tmid.Parse("00000000-0000-0000-0000-000000000001"), Tmid.Parse("ffffffff-ffff-ffff-ffff-fffffffffff0")];

    private readonly List<ExpectedTrace> _expected = [];
    private TracePipeline _pipeline = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _pipeline = await StartAsync();

    public virtual async ValueTask DisposeAsync()
    {
        if (_pipeline is not null) await _pipeline.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Answers_ToRandomQuestionsOverHostileLines_AreThoseOfAPlainFilter()
    {
        var first = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8));
        if (ulong.TryParse(Environment.GetEnvironmentVariable("AKASHI_FUZZ_SEED"), CultureInfo.InvariantCulture, out var asked)) first = asked;
        var seconds = double.TryParse(Environment.GetEnvironmentVariable("AKASHI_FUZZ_SECONDS"), CultureInfo.InvariantCulture, out var longer) ? longer : 12;
        await FillAsync(new Seeded(first));
        var started = TimeProvider.System.GetTimestamp();
        for (var round = 0UL; TimeProvider.System.GetElapsedTime(started).TotalSeconds < seconds; round++)
        {
            var predicate = new PredicateMaker(new Seeded(unchecked(first + round))).Predicate();
            try
            {
                await CheckAsync(new Seeded(unchecked(first + round + 1)), predicate);
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"Seed {first}, round {round}: {QueryPrinter.Print(predicate)} fails: {e.Message}", e);
            }
        }
    }

    /// <summary>Once under a key that has a column of its own in a store of columns, once under one that nobody knows.</summary>
    [Theory]
    [InlineData("cmd")]
    [InlineData("unknownKey")]
    public async Task Query_OfEachKind_FindsItsLines(string field)
    {
        var lines = new Dictionary<string, string>
        {
            ["absent"] = "evt=ps",
            ["empty"] = $"{field}=",
            ["dash"] = $"{field}=-",
            ["twice"] = $"{field}=one {field.ToUpperInvariant()}=two",
            ["value"] = $"{field}=\"one\"",
            ["wide"] = $"{field}=ｏｎｅ",
            ["path"] = "psPath=\"C:\\a b\\x.exe\" usr=tail",
            ["number"] = "size=007",
            ["address"] = "dstIP=10.1.2.3",
            ["mapped"] = "dstIP=::ffff:10.1.2.3",
        };
        var name = NewName(Terminals[0]);
        var log = string.Concat(lines.Select(line => $"11/20/2026 13:20:00.000 +0900 sn={line.Key} {line.Value}\n")) + "sn=unparsed garbage\n";
        Assert.True((await _pipeline.ReceiveZipAsync(name, TracePipeline.Zip(name, Encoding.UTF8.GetBytes(log)))).TryGet(out _, out var failure), failure?.English);
        await _pipeline.IndexAllAsync();
        foreach (var (query, expected) in (IEnumerable<(string, string)>)
        [
            ("f:*", "dash empty twice value wide"), ("-f:*", "absent address mapped number path unparsed"), ("f:\"\"", "empty"), ("f:-", "dash"), ("f:?*", "dash twice value wide"),
            ("-f:(?* -\"-\")", "absent address dash empty mapped number path unparsed"), ("f:(one two)", "twice"), ("f:ONE", "twice value wide"), ("f:=\"one\"", "twice value"), ("f:=\"ｏｎｅ\"", "wide"),
            ("f:/^o.e$/", "twice value"), ("f:/^O.E$/i", "twice value wide"), ("f:on?", "twice value wide"), ("f:(x OR one OR y)", "twice value wide"), ("f:(x OR \"\")", "empty"), ("psPath:*", "path"),
            ("psPath:\"C:\\a b\\x.exe\"", "path"), ("psPath:*\\X.EXE", "path"), ("psPath:c:\\*", "path"), ("\"b x exe\"", "path"), ("\"exe tail\"", ""), ("tail", "path"), ("garbage", "unparsed"), ("/gar.age/", "unparsed"),
            ("size:>5", "number"), ("size:[7..7]", "number"), ("size:>7", ""), ("dstIP:10.0.0.0/8", "address mapped"), ("dstIP:10.1.2.4/32", ""), ("*", "absent address dash empty mapped number path twice unparsed value wide"),
        ])
        {
            using var view = await OpenAsync(new TraceQuery(Parse(query.Replace("f:", $"{field}:", StringComparison.Ordinal))));
            var found = new List<string>();
            await foreach (var traces in view.ReadAsync(Cancellation))
                found.AddRange(traces.Select(trace => Encoding.UTF8.GetString(trace.Line)).Select(line => line[(line.IndexOf("sn=", StringComparison.Ordinal) + 3)..].Split(' ')[0]));
            Assert.Equal($"{query} {expected}", $"{query} {string.Join(' ', found.Order(StringComparer.Ordinal))}");
        }
    }

    [Fact]
    public async Task Questions_OfAnotherTenant_SeeNothing()
    {
        await FillAsync(new Seeded(7));
        var other = (await _pipeline.Service<TenantDirectory>().ListAsync(Cancellation)).Single(tenant => tenant.IsOperator).Id;
        var query = new TraceQuery(new AllTraces());
        using (var view = await _pipeline.Service<ITraceStore>().OpenAsync(other, query, Cancellation))
        {
            Assert.Equal(0, await view.CountAsync(Cancellation));
            Assert.Empty((await view.FirstAsync(TraceOrder.Newest, 10, null, Cancellation)).Traces);
        }
        // Also when it has traces of the same days.
        var name = NewName(Terminals[0]);
        Assert.True((await _pipeline.ReceiveZipAsync(name, TracePipeline.Zip(name, [.. _expected[0].Line, (byte)'\n']), other)).TryGet(out _, out var failure), failure?.English);
        await _pipeline.IndexAllAsync(other);
        using (var view = await _pipeline.Service<ITraceStore>().OpenAsync(other, query, Cancellation)) Assert.Equal(name.Id, Assert.Single((await view.FirstAsync(TraceOrder.Newest, 10, null, Cancellation)).Traces).Batch);
        using (var view = await OpenAsync(query)) Assert.Equal(_expected.Count, await view.CountAsync(Cancellation));
    }

    /// <summary>All lines; what the store itself can tell and what it cannot; and some of which the first do not fill a page.</summary>
    [Fact]
    public async Task First_LongLines_MakeShorterPagesThatGoOn()
    {
        var logs = new Dictionary<BatchId, (BatchName Name, byte[] Log)>();
        foreach (var terminal in Terminals)
        {
            var lines = Enumerable.Range(0, 20).Select(n => $"11/20/2026 13:20:{n:D2}.{Array.IndexOf(Terminals, terminal):D3} +0900 sn={n} long=\"{new string((char)('a' + n), 1_000_000)}\"");
            var name = NewName(terminal);
            logs[name.Id] = (name, Encoding.UTF8.GetBytes(string.Join('\n', lines)));
        }
        var unparsed = NewName(Terminals[0]);
        logs[unparsed.Id] = (unparsed, Encoding.UTF8.GetBytes(new string('u', 70 << 20))); // longer than a page may be: it has one of its own
        await ReceiveAsync(logs);
        var beginnings = _expected.Select(trace => (trace.Position, trace.Line, Beginning: Encoding.ASCII.GetString(trace.Line, 0, 60))).OrderBy(row => row.Position).ToList();
        foreach (var (query, limit, wanted) in (IEnumerable<(string, int, string[])>)[("*", 50, [""]), ("long:*", 1000, ["long"]), ("/\\w/", 50, [""]), ("/^[123]\\d*$/", 50, ["sn=1", "sn=2 ", "sn=3 "])])
        {
            var matching = beginnings.Where(row => wanted.Any(part => row.Beginning.Contains(part, StringComparison.Ordinal))).ToList();
            foreach (var order in (IEnumerable<TraceOrder>)[TraceOrder.Newest, TraceOrder.Oldest])
            {
                using var view = await OpenAsync(new TraceQuery(Parse(query)));
                var (seen, pages, next) = (new List<FoundTrace>(), 0, default(TracePosition?));
                do
                {
                    var page = await view.FirstAsync(order, limit, next, Cancellation);
                    Assert.True(page.Traces.Count == 1 || page.Traces.Sum(trace => (long)trace.Line.Length) <= FirstTraces.MaxBytes, $"{query} {order}: {page.Traces.Count} traces on page {pages}");
                    seen.AddRange(page.Traces);
                    next = page.Next;
                    pages++;
                }
                while (next is not null && pages < 10);
                Assert.Equal((order == TraceOrder.Oldest ? matching : matching.AsEnumerable().Reverse()).Select(row => row.Position), seen.Select(trace => trace.Position));
                Assert.All(seen, trace => Assert.True(matching.Single(row => row.Position == trace.Position).Line.AsSpan().SequenceEqual(trace.Line)));
                Assert.InRange(pages, 2, 5);
            }
        }
    }

    private protected abstract Task<TracePipeline> StartAsync();

    private Task<TraceView> OpenAsync(TraceQuery query) => _pipeline.Service<ITraceStore>().OpenAsync(_pipeline.Tenant, query, Cancellation);

    private static Predicate Parse(string text) => QueryParser.TryParse(text, out var predicate, out var error) ? predicate : throw new InvalidOperationException(error.ToString());

    private async Task CheckAsync(Seeded chance, Predicate predicate)
    {
        var times = _expected.Select(trace => trace.Position.Time).Order().ToList();
        DateTimeOffset? At(int percent) => chance.Chance(percent) ? DateTimeOffset.FromUnixTimeMilliseconds(chance.Pick(times)).AddMilliseconds(chance.Next(3) - 1) : null;
        var (from, to) = (At(30), At(30));
        if (from >= to) (from, to) = (null, null);
        var query = new TraceQuery(predicate, from, to);
        var matching = _expected.Where(trace => trace.Position.Time >= query.FirstTime && trace.Position.Time < query.EndTime && trace.Matches(predicate)).OrderBy(trace => trace.Position).ToList();
        using var view = await OpenAsync(query);
        Assert.Equal(matching.Count, await view.CountAsync(Cancellation));
        await CheckRowsAsync(view, matching);
        await CheckPagesAsync(chance, view, matching);
        await CheckHistogramAsync(view, matching, times);
        await CheckGroupsAsync(chance, view, matching);
    }

    private static async Task CheckRowsAsync(TraceView view, List<ExpectedTrace> matching)
    {
        var at = 0;
        await foreach (var traces in view.ReadAsync(Cancellation))
        {
            foreach (var trace in traces) Same(matching[at++], trace);
        }
        Assert.Equal(matching.Count, at);
    }

    private static async Task CheckPagesAsync(Seeded chance, TraceView view, List<ExpectedTrace> matching)
    {
        var order = chance.Pick(TraceOrder.Newest, TraceOrder.Oldest);
        var ordered = order == TraceOrder.Oldest ? matching : [.. matching.AsEnumerable().Reverse()];
        var limit = 1 + chance.Next(chance.Chance(50) ? 5 : 200);
        TracePosition? after = null;
        for (var page = 0; page < 3; page++)
        {
            var expected = ordered.Skip(page * limit).Take(limit).ToList();
            var found = await view.FirstAsync(order, limit, after, Cancellation);
            Assert.Equal(expected.Count, found.Traces.Count);
            foreach (var (one, trace) in expected.Zip(found.Traces)) Same(one, trace);
            Assert.Equal(expected.Count == limit, found.Next is not null);
            if (found.Next is null) break;
            after = found.Next;
        }
    }

    private static async Task CheckHistogramAsync(TraceView view, List<ExpectedTrace> matching, List<long> times)
    {
        var start = times[0] - 5;
        var width = Math.Max(1, (times[^1] - start) / 50);
        var expected = new long[(int)((times[^1] - start) / width) + 1];
        foreach (var trace in matching) expected[(trace.Position.Time - start) / width]++;
        Assert.Equal(expected, await view.HistogramAsync(start, width, expected.Length, Cancellation));
    }

    private static async Task CheckGroupsAsync(Seeded chance, TraceView view, List<ExpectedTrace> matching)
    {
        List<string> by = [.. Enumerable.Range(0, 1 + chance.Next(3)).Select(_ => chance.Pick(LineMaker.Keys))];
        var sum = chance.Chance(50) ? chance.Pick("sn", "cmd", "SN", "x-1") : null;
        var limit = 1 + chance.Next(30);
        var expected = matching.GroupBy(trace => string.Join('\x1', by.Select(field => trace.First(field) ?? "\x2"))).ToDictionary(
            group => group.Key, group => (Count: (long)group.Count(), Sum: sum is null ? 0 : group.Aggregate(BigInteger.Zero, (total, trace) => total + trace.Integer(sum))), StringComparer.Ordinal);
        var groups = await view.GroupsAsync(by, sum, limit, Cancellation);
        Assert.Equal((expected.Count, matching.Count), (groups.Distinct, groups.Total));
        Assert.Equal(Math.Min(limit, expected.Count), groups.Top.Count);
        Assert.Equal(expected.Values.Select(group => group.Count).OrderDescending().Take(limit), groups.Top.Select(group => group.Count));
        foreach (var group in groups.Top) Assert.Equal(expected[string.Join('\x1', group.Values.Select(value => value ?? "\x2"))], (group.Count, (BigInteger)group.Sum));
    }

    private static void Same(ExpectedTrace expected, FoundTrace found)
    {
        Assert.Equal(expected.Position, found.Position);
        Assert.True(expected.Line.AsSpan().SequenceEqual(found.Line), $"{expected} came back as {Encoding.UTF8.GetString(found.Line)}");
        Assert.Equal(expected.End, found.End);
    }

    private async Task FillAsync(Seeded chance)
    {
        var lines = new LineMaker(chance);
        var logs = new Dictionary<BatchId, (BatchName Name, byte[] Log)>();
        for (var batch = 0; batch < 9; batch++)
        {
            var log = new List<byte>();
            for (var count = 20 + chance.Next(100); count > 0; count--)
            {
                log.AddRange(lines.Line());
                if (count > 1 || chance.Chance(50)) log.AddRange(chance.Chance(20) ? "\r\n"u8 : "\n"u8);
            }
            var name = NewName(chance.Pick(Terminals));
            logs[name.Id] = (name, [.. log]);
            if (batch % 3 < 2) continue;
            await ReceiveAsync(logs);
            logs.Clear();
        }
    }

    private async Task ReceiveAsync(Dictionary<BatchId, (BatchName Name, byte[] Log)> logs)
    {
        foreach (var (name, log) in logs.Values)
            Assert.True((await _pipeline.ReceiveZipAsync(name, TracePipeline.Zip(name, log))).TryGet(out _, out var failure), failure?.English);
        await _pipeline.IndexAllAsync();
        var received = (await _pipeline.Database.QueryAsOwnerAsync<(string Batch, DateTime At)>("SELECT batch_id, collected_at FROM traces.batch")).ToDictionary(row => BatchId.Parse(row.Batch), row => new DateTimeOffset(row.At, TimeSpan.Zero));
        foreach (var (id, (name, log)) in logs) Expect(name, log, received[id]);
    }

    private void Expect(BatchName name, byte[] log, DateTimeOffset received)
    {
        var split = new LineSplitter(log);
        for (var number = 0; split.MoveNext(); number++) _expected.Add(new ExpectedTrace(split.Line.ToArray(), split.End, name.Tmid, name.Id, number, received));
    }

    private static BatchName NewName(Tmid tmid) => new(tmid, TimeProvider.System.GetUtcNow(), BatchId.Parse(RandomNumberGenerator.GetHexString(BatchId.Length, lowercase: true)));
}
