using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Akashi.Platform.Calendar;
using Akashi.Platform.Hosting;
using Akashi.Platform.Tenancy;
using Akashi.Traces.ClickHouse;
using Akashi.Traces.Contracts.Predicates;
using Akashi.Traces.Store.Format;
using Akashi.Traces.Store.Search;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Akashi.Traces.Tests.ClickHouse;

public partial class ClickHousePageTests
{
    private const int Rows = 2_000;
    private static readonly DateTimeOffset Newest = new(2026, 11, 20, 13, 20, 0, TimeSpan.Zero);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>A server that goes on writing as long as anybody reads.</summary>
    [Theory]
    [InlineData(1_100_000, 30)]
    [InlineData(40_000_000, 1)]
    public async Task First_EndlessLongRows_AreReadNoFurtherThanThePageGoes(int lineBytes, int expected)
    {
        var closed = new TaskCompletionSource();
        var sent = 0L;
        await using var endless = await StartAsync(async (context, mark) =>
        {
            try
            {
                var row = new ByteWriter();
                for (var number = 0; ; number++)
                {
                    row.Clear();
                    Row(row, mark, number, lineBytes);
                    await context.Response.Body.WriteAsync(row.WrittenMemory, context.RequestAborted);
                    sent += row.Length;
                }
            }
            catch (Exception e) when (e is OperationCanceledException or IOException)
            {
                closed.SetResult();
            }
        });
        using var server = new ClickHouseServer(new ServerOptions { ClickHouse = new ClickHouseOptions { Urls = [endless.Urls.First()] } });
        var (tenant, query) = (TenantId.New(TimeProvider.System), new TraceQuery(new AllTraces()));
        var newest = Newest.ToUnixTimeMilliseconds();
        var scope = new TraceScope("traces", tenant, query, new LoadSnapshot(1, [new SearchableDay(JstDay.Of(Newest), Rows, newest - Rows, newest)], []));
        using var view = new ClickHouseView(server, scope, query, tenant, new TraceQueues(), TimeProvider.System);
        var page = await view.FirstAsync(TraceOrder.Newest, Rows, null, Cancellation).WaitAsync(TimeSpan.FromSeconds(30), Cancellation);
        await closed.Task.WaitAsync(TimeSpan.FromSeconds(30), Cancellation);
        Assert.Equal((expected, page.Traces[^1].Position), (page.Traces.Count, page.Next));
        Assert.Equal(Enumerable.Range(0, expected), page.Traces.Select(trace => trace.LineNumber));
        Assert.InRange(sent, expected * (long)lineBytes, FirstTraces.MaxBytes + 3L * Math.Max(16 << 20, lineBytes)); // and what is on the way
    }

    private static async Task<WebApplication> StartAsync(Func<HttpContext, ulong, Task> rows)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var server = builder.Build();
        server.Urls.Add("http://127.0.0.1:0");
        server.MapPost("/", async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            var sql = await reader.ReadToEndAsync(context.RequestAborted);
            var mark = ulong.Parse(Mark().Match(sql).Groups[1].ValueSpan, CultureInfo.InvariantCulture);
            if (sql.Contains(RowFilter.Columns, StringComparison.Ordinal))
            {
                await rows(context, mark);
                return;
            }
            var numbers = new ByteWriter(); // a count, or times
            var newest = Newest.ToUnixTimeMilliseconds();
            foreach (var number in sql.Contains("count()", StringComparison.Ordinal) ? [Rows] : Enumerable.Range(0, Rows).Select(number => newest - number))
            {
                numbers.Int64(unchecked((long)mark));
                numbers.Int64(number);
            }
            await context.Response.Body.WriteAsync(numbers.WrittenMemory, context.RequestAborted);
        });
        await server.StartAsync(Cancellation);
        return server;
    }

    /// <summary>In the order of <see cref="RowFilter.Columns"/>.</summary>
    private static void Row(ByteWriter to, ulong mark, int number, int lineBytes)
    {
        to.Int64(unchecked((long)mark));
        to.Int64(Newest.ToUnixTimeMilliseconds() - number);
        to.UInt16(540);
        to.Byte(0);
        to.Byte(0);
        Text(to, Encoding.ASCII.GetBytes(TracePipeline.Terminal.ToString()));
        Text(to, Encoding.ASCII.GetBytes(new string('0', 32)));
        to.Int32(number);
        to.Int64(Newest.UtcTicks);
        Text(to, Encoding.ASCII.GetBytes(new string('x', lineBytes)));
    }

    private static void Text(ByteWriter to, ReadOnlySpan<byte> bytes)
    {
        to.Varint(bytes.Length);
        to.Bytes(bytes);
    }

    [GeneratedRegex(@"^SELECT toUInt64\(([0-9]{1,20})\) AS mark", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Mark();
}
