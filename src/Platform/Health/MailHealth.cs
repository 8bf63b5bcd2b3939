using Akashi.Platform.Database;

namespace Akashi.Platform.Health;

/// <summary>How many mails of all tenants wait, since when, and how many could not be sent.</summary>
internal sealed record MailTotals(long Waiting, DateTimeOffset? OldestWaiting, long Failed)
{
    public static async Task<MailTotals> ReadAsync(AkashiDatabase database, DateTimeOffset since, CancellationToken cancellation)
    {
        var row = (await database.QueryBeforeTenantAsync<(long Waiting, DateTime? Oldest, long Failed)>("SELECT waiting, oldest_waiting, failed FROM platform.mail_totals(@since)", new { since }, cancellation))[0];
        return new MailTotals(row.Waiting, row.Oldest is { } oldest ? new DateTimeOffset(oldest, TimeSpan.Zero) : null, row.Failed);
    }
}

/// <summary>Whether mail goes out.</summary>
internal sealed class MailHealth(AkashiDatabase database, TimeProvider clock) : HealthCheck
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan TooLong = TimeSpan.FromHours(1);
    private static readonly TimeSpan Shown = TimeSpan.FromHours(24);

    public override string Id => "platform.mail";
    public override string Japanese => "メール送信";
    public override string English => "Mail";

    public override async Task<HealthResult> RunAsync(CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        var totals = await MailTotals.ReadAsync(database, now - Shown, cancellation);
        var age = totals.OldestWaiting is { } oldest ? now - oldest : TimeSpan.Zero;
        var minutes = (long)age.TotalMinutes;
        if (HealthResult.Judge(age, Long, TooLong) is var late and not HealthState.Ok)
            return new HealthResult(late, $"{totals.Waiting} 通が待っており、最も古いものは {minutes} 分前のものです。「メール」で理由を確認し、メールサーバーの設定と応答を確かめてください。", $"{totals.Waiting} mails wait, the oldest for {minutes} minutes. See why under Mail, and check the mail server and its settings.");
        return totals.Failed > 0
            ? HealthResult.Warning($"24 時間に {totals.Failed} 通を送れませんでした。「メール」で理由を確認し、宛先を直してください。", $"{totals.Failed} mails of the last 24 hours could not be sent. See why under Mail, and correct the addresses.")
            : HealthResult.Ok($"送信待ち {totals.Waiting} 通", $"{totals.Waiting} waiting");
    }
}
