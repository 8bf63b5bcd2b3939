using System.Text;
using Akashi.Platform.Crypto;
using Akashi.Platform.Mail;
using Akashi.TestKit;
using Xunit;

namespace Akashi.Platform.Tests.Mail;

public sealed class OutboxTests : IAsyncLifetime
{
    private MailFixture _mail = null!;

    public async ValueTask InitializeAsync() => _mail = await MailFixture.StartAsync();

    public ValueTask DisposeAsync() => _mail.DisposeAsync();

    [Fact]
    public async Task Enqueue_InATransactionThatRollsBack_LeavesNothing()
    {
        await using (var session = await _mail.Database.Application.OpenAsync(_mail.Tenant)) await _mail.Outbox.EnqueueAsync(session, MailFixture.Mail(), CancellationToken.None);
        Assert.Empty(await _mail.RowsAsync());
        Assert.Equal(0, (await _mail.Database.QueryAsOwnerAsync<long>("SELECT count(*) FROM platform.signal")).Single());
    }

    [Fact]
    public async Task Enqueue_Committed_BecomesAFileInTheOutbox()
    {
        await _mail.EnqueueAsync(MailFixture.Mail());
        await SendAllAsync();
        var message = ReadMail.Parse(await File.ReadAllBytesAsync(Assert.Single(_mail.Files), TestContext.Current.CancellationToken));
        Assert.Equal("花子 様へのお知らせ", message.Text("Subject"));
        Assert.Contains("\r\nhttps://portal.akashi.example/activate?code=SECRET-CODE\r\n", message.Body, StringComparison.Ordinal);
        Assert.Equal("Sat, 21 Nov 2026 12:00:00 +0900", message.Text("Date"));
        Assert.Equal("folder", (await _mail.SingleAsync()).SentBy);
    }

    [Fact]
    public async Task Enqueue_SecretMail_IsSealedAtRestAndWipedOnceSent()
    {
        await _mail.EnqueueAsync(MailFixture.Mail(secret: true));
        var waiting = await _mail.SingleAsync();
        Assert.Null(waiting.Body);
        Assert.DoesNotContain("SECRET-CODE", Encoding.Latin1.GetString(waiting.SealedBody!), StringComparison.Ordinal);
        await SendAllAsync();
        Assert.Null((await _mail.SingleAsync()).SealedBody);
        Assert.Contains("SECRET-CODE", ReadMail.Parse(await File.ReadAllBytesAsync(Assert.Single(_mail.Files), TestContext.Current.CancellationToken)).Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("no address")]
    [InlineData("a@b\r\nBcc: c@d.example")]
    [InlineData("a@b@c")]
    public async Task Enqueue_AnAddressThatIsNone_KeepsTheMailAsFailed(string address)
    {
        await _mail.EnqueueAsync(MailFixture.Mail(address));
        var row = await _mail.SingleAsync();
        Assert.Equal(MailStates.Failed, row.State);
        Assert.NotNull(row.Note);
    }

    [Fact]
    public async Task Enqueue_WithoutAValueThatTheTemplateNeeds_Throws() =>
        await Assert.ThrowsAsync<ArgumentException>(() => _mail.EnqueueAsync(MailFixture.Mail() with { Values = new Dictionary<string, string>() }));

    [Fact]
    public async Task Send_ByTwoNodesAtOnce_SendsEachMailOnce()
    {
        await _mail.EnqueueAsync(Enumerable.Range(0, 30).Select(number => MailFixture.Mail(name: $"花子 {number}")));
        // Past the signals, which mostly keep the nodes apart already: one may outlive its lease.
        using var one = _mail.CreateSender();
        using var other = _mail.CreateSender();
        await Task.WhenAll(one.SendDueAsync(_mail.Tenant, CancellationToken.None), other.SendDueAsync(_mail.Tenant, CancellationToken.None));
        Assert.All(await _mail.RowsAsync(), row => Assert.Equal(1, row.Attempts));
        Assert.Equal(30, _mail.Files.Count);
    }

    [Fact]
    public async Task Send_OfAMailWhoseSenderDied_GoesOnAfterTheLeaseUnderTheSameName()
    {
        await _mail.EnqueueAsync(MailFixture.Mail());
        var taken = await _mail.Queue.TakeAsync(_mail.Tenant, CancellationToken.None); // and then this process dies
        Assert.NotNull(taken);
        Assert.Null(await _mail.Queue.TakeAsync(_mail.Tenant, CancellationToken.None));
        using var sender = _mail.CreateSender();
        await sender.StartAsync(TestContext.Current.CancellationToken);
        await TestWait.UntilAsync(async () =>
        {
            _mail.Clock.Advance(TimeSpan.FromMinutes(1));
            return (await _mail.SingleAsync()).State == MailStates.Sent;
        }, MailFixture.Patience);
        await sender.StopAsync(TestContext.Current.CancellationToken);
        Assert.Equal(2, (await _mail.SingleAsync()).Attempts);
        Assert.Equal($"<{MimeText.MessageId(taken, "akashi.example")}>", ReadMail.Parse(await File.ReadAllBytesAsync(_mail.Files.Single(), TestContext.Current.CancellationToken)).Text("Message-ID"));
    }

    [Fact]
    public async Task Send_OfAMailThatKillsItsSender_EndsWithTheTimeForIt()
    {
        await _mail.EnqueueAsync(MailFixture.Mail());
        Assert.NotNull(await _mail.Queue.TakeAsync(_mail.Tenant, CancellationToken.None)); // and then this process dies
        _mail.Clock.Advance(MailOutbox.Patience + TimeSpan.FromHours(1));
        Assert.Null(await _mail.Queue.TakeAsync(_mail.Tenant, CancellationToken.None));
        Assert.Equal(MailStates.Failed, (await _mail.SingleAsync()).State);
    }

    [Fact]
    public async Task Send_WhileTheKeyIsMissing_WaitsForItsReturn()
    {
        await _mail.EnqueueAsync(MailFixture.Mail(secret: true));
        var folder = Path.Combine(Path.GetDirectoryName(_mail.Options.OutboxFolder)!, "keys", "tenants");
        Directory.Move(folder, folder + "-lost");
        var fresh = new MailQueue(_mail.Database.Application, _mail.Signals, KeyStore.Open(Path.GetDirectoryName(folder)!), _mail.Clock);
        await Assert.ThrowsAsync<InvalidOperationException>(() => fresh.TakeAsync(_mail.Tenant, CancellationToken.None));
        Directory.Delete(folder);
        Directory.Move(folder + "-lost", folder);
        Assert.NotNull(await fresh.TakeAsync(_mail.Tenant, CancellationToken.None));
    }

    [Fact]
    public void Pause_OverThreeDays_DoublesUpToFourHours()
    {
        var at = TimeSpan.Zero;
        var attempt = 0;
        while (at < MailOutbox.Patience) at += MailQueue.PauseAfter(++attempt);
        Assert.Equal(TimeSpan.FromSeconds(30), MailQueue.PauseAfter(1));
        Assert.Equal(TimeSpan.FromHours(4), MailQueue.PauseAfter(30));
        Assert.InRange(attempt, 20, 30);
    }

    private async Task SendAllAsync()
    {
        using var sender = _mail.CreateSender();
        await sender.StartAsync(TestContext.Current.CancellationToken);
        await TestWait.UntilAsync(async () => (await _mail.RowsAsync()).All(row => row.State == MailStates.Sent), MailFixture.Patience, "all mail to be sent");
        await sender.StopAsync(TestContext.Current.CancellationToken);
    }
}
