using System.Diagnostics;
using Akashi.Platform.Mail;
using Akashi.Platform.Signals;
using Npgsql;

namespace Akashi.Bench.Platform;

/// <summary>Mail written in a transaction of its own, with its signal, while the service sends it to the outbox folder; beside bare one-row inserts of the same text.</summary>
internal static class MailEnqueue
{
    private const int Writers = 16;
    private const int Mails = 4_000;
    private static readonly MailTemplate Template = new("bench.mail", "お知らせ {Number}", "{Number} 件目のお知らせです。\n", "Notice {Number}", "This is notice {Number}.\n");

    public static async Task RunAsync(PlatformSetting setting, BenchReport report)
    {
        var outbox = new MailOutbox(new WorkSignals(setting.Database, TimeProvider.System), setting.Keys, TimeProvider.System);
        var ours = await RunWritersAsync(async number =>
        {
            await using var session = await setting.Database.OpenAsync(setting.Tenant);
            var values = new Dictionary<string, string>(StringComparer.Ordinal) { ["Number"] = $"{number}" };
            await outbox.EnqueueAsync(session, new OutgoingMail("hanako@b.example", "花子", Template, "ja", values), CancellationToken.None);
            await session.CommitAsync();
        });
        await setting.ExecuteAsOwnerAsync("CREATE TABLE public.bench_mail (id uuid PRIMARY KEY, at timestamptz NOT NULL, subject text NOT NULL, body text NOT NULL)");
        await using var source = NpgsqlDataSource.Create(setting.OwnerConnection);
        var peer = await RunWritersAsync(async number =>
        {
            await using var command = source.CreateCommand("INSERT INTO public.bench_mail VALUES (gen_random_uuid(), now(), $1, $2)");
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = $"お知らせ {number}" });
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = $"{number} 件目のお知らせです。\n" });
            await command.ExecuteNonQueryAsync();
        });
        BenchReport.Note($"mail-enqueue: {Mails} mails, {Writers} writers, one transaction each; the service sends them meanwhile");
        report.AddMoreIsBetter("mail-enqueue", Mails / ours, "mails/s", "PostgreSQL INSERT + commit", Mails / peer);
    }

    /// <returns>Seconds.</returns>
    private static async Task<double> RunWritersAsync(Func<int, Task> write)
    {
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(async () =>
        {
            for (var i = writer; i < Mails; i += Writers) await write(i);
        })));
        return Stopwatch.GetElapsedTime(started).TotalSeconds;
    }
}
