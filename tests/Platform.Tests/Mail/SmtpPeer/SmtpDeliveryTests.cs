using Akashi.Platform.Mail;
using Akashi.Platform.Mail.Smtp;
using Akashi.TestKit;
using Xunit;

namespace Akashi.Platform.Tests.Mail.SmtpPeer;

/// <summary>The sender against a real mail server.</summary>
public sealed class SmtpDeliveryTests : IAsyncLifetime
{
    private MailFixture _mail = null!;

    public async ValueTask InitializeAsync() => _mail = await MailFixture.StartAsync();

    public ValueTask DisposeAsync() => _mail.DisposeAsync();

    [Theory]
    [InlineData("starttls", SmtpSecurity.StartTls, "PLAIN")]
    [InlineData("starttls", SmtpSecurity.StartTls, "LOGIN")]
    [InlineData("starttls", SmtpSecurity.StartTls, null)]
    [InlineData("tls", SmtpSecurity.Tls, "PLAIN")]
    [InlineData("none", SmtpSecurity.None, null)]
    public async Task Send_ByEachWay_Arrives(string mode, SmtpSecurity security, string? auth)
    {
        await using var peer = await SmtpPeerServer.StartAsync(mode, auth);
        Use(peer, security, signIn: auth is not null);
        await _mail.EnqueueAsync(MailFixture.Mail("hanako@b.example"), MailFixture.Mail("taro@b.example", "太郎"));
        await RunUntilAsync(rows => rows.All(row => row.State != MailStates.Waiting));
        Assert.Equal(["hanako@b.example", "taro@b.example"], peer.Received.Select(mail => mail.To).Order());
        Assert.All(peer.Received, mail => Assert.Equal((security != SmtpSecurity.None, "no-reply@akashi.example"), (mail.Secure, mail.From)));
        Assert.Equal(auth is null ? [] : [$"{auth} secure"], peer.SignIns); // one connection for both
        var read = ReadMail.Parse(peer.Received.First(mail => mail.To.StartsWith('h')).Message);
        Assert.Equal("花子 様へのお知らせ", read.Text("Subject"));
        Assert.Equal("証サービス <no-reply@akashi.example>", read.Text("From"));
        Assert.All(await _mail.RowsAsync(), row => Assert.Contains("2.0.0 taken", row.Note, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Send_RefusedForGood_FailsAtOnceWithTheServersWords()
    {
        await using var peer = await SmtpPeerServer.StartAsync("starttls");
        Use(peer, SmtpSecurity.StartTls);
        await _mail.EnqueueAsync(MailFixture.Mail("gone@b.example"), MailFixture.Mail("spam@b.example"), MailFixture.Mail("hanako@b.example"));
        await RunUntilAsync(rows => rows.All(row => row.State != MailStates.Waiting));
        var rows = await _mail.RowsAsync();
        Assert.Equal([(MailStates.Failed, 1), (MailStates.Failed, 1), (MailStates.Sent, 1)], rows.Select(row => (row.State, row.Attempts)).Order());
        Assert.Contains(rows, row => row.Note == "RCPT: 550 5.1.1 no such user here");
        Assert.Contains(rows, row => row.Note == "DATA: 554 5.7.1 looks like spam");
    }

    [Fact]
    public async Task Send_PutOff_IsTriedAgainEverMoreSlowlyAndGivenUpAfterThreeDays()
    {
        await using var peer = await SmtpPeerServer.StartAsync("starttls");
        Use(peer, SmtpSecurity.StartTls);
        await _mail.EnqueueAsync(MailFixture.Mail("busy@b.example"));
        var begin = _mail.Clock.GetUtcNow();
        using var sender = _mail.CreateSender();
        await sender.SendDueAsync(_mail.Tenant, TestContext.Current.CancellationToken);
        Assert.Equal(begin + TimeSpan.FromSeconds(30), (await _mail.SingleAsync()).NextAt);
        for (var hour = 0; (await _mail.SingleAsync()).State == MailStates.Waiting; hour++)
        {
            Assert.InRange(hour, 0, 100);
            _mail.Clock.Advance(TimeSpan.FromHours(1));
            await sender.SendDueAsync(_mail.Tenant, TestContext.Current.CancellationToken);
        }
        Assert.InRange(_mail.Clock.GetUtcNow() - begin, TimeSpan.FromDays(2.5), TimeSpan.FromDays(3.5));
        var row = await _mail.SingleAsync();
        Assert.Equal("RCPT: 451 4.7.1 greylisted, come back later", row.Note);
        Assert.InRange(row.Attempts, 15, 30);
    }

    [Fact]
    public async Task Send_WithAWrongPassword_WaitsAndSaysWhyWithoutThePassword()
    {
        await using var peer = await SmtpPeerServer.StartAsync("starttls", "PLAIN");
        Use(peer, SmtpSecurity.StartTls, signIn: true);
        _mail.Options = _mail.Options with { Smtp = _mail.Options.Smtp with { Password = "wrong-one" } };
        await _mail.EnqueueAsync(MailFixture.Mail(), MailFixture.Mail());
        await RunUntilAsync(rows => rows.Any(row => row.Note is not null));
        var rows = await _mail.RowsAsync();
        Assert.All(rows, row => Assert.Equal(MailStates.Waiting, row.State));
        Assert.Equal("AUTH: 535 5.7.8 wrong user name or password", Assert.Single(rows, row => row.Note is not null).Note);
        Assert.Single(peer.SignIns); // the second mail would fare the same
    }

    [Theory]
    [InlineData("none", SmtpSecurity.StartTls, "does not offer STARTTLS")]
    [InlineData("none", SmtpSecurity.Tls, "")]
    [InlineData("tls", SmtpSecurity.StartTls, "")]
    public async Task Send_ToAServerThatOffersLessThanAsked_NeverSendsInTheClear(string mode, SmtpSecurity security, string note)
    {
        await using var peer = await SmtpPeerServer.StartAsync(mode);
        var delivery = Assert.IsType<Delivery.Later>(await TrySendAsync(peer.OptionsFor(security), seconds: 3));
        Assert.True(delivery.WholeServer);
        Assert.Contains(note, delivery.Note, StringComparison.Ordinal);
        Assert.Empty(peer.Received);
    }

    [Theory]
    [InlineData("localhost", false)] // nobody known vouches for it
    [InlineData("other.example", true)] // vouched for, but another's
    public async Task Send_ToAServerWithACertificateThatIsNotItsOwn_IsRefused(string certificateName, bool trusted)
    {
        await using var peer = await SmtpPeerServer.StartAsync("starttls", "PLAIN", certificateName);
        var options = peer.OptionsFor(SmtpSecurity.StartTls, signIn: true);
        var delivery = Assert.IsType<Delivery.Later>(await TrySendAsync(trusted ? options : options with { Authorities = "" }));
        Assert.Contains("certificate", delivery.Note, StringComparison.Ordinal);
        Assert.Empty(peer.SignIns);
    }

    [Fact]
    public async Task Send_InTheClear_GoesToThisMachineAlone()
    {
        var options = new SmtpOptions { Host = "192.0.2.1", Port = 25, Security = SmtpSecurity.None, From = "a@b.example" };
        Assert.Contains("TLS", Assert.IsType<Delivery.Later>(await TrySendAsync(options)).Note, StringComparison.Ordinal);
    }

    internal static async Task<Delivery> TrySendAsync(SmtpOptions options, int seconds = 20)
    {
        await using var transport = new SmtpTransport(SmtpServer.Of(options), "akashi.example");
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(seconds));
        var now = DateTimeOffset.UnixEpoch;
        return await transport.SendAsync(new TakenMail(Guid.CreateVersion7(now), now, "ja", "hanako@b.example", "花子", "件名", "本文", 1, 0, now), limit.Token);
    }

    private void Use(SmtpPeerServer peer, SmtpSecurity security, bool signIn = false) => _mail.Options = _mail.Options with { Smtp = peer.OptionsFor(security, signIn) };

    private async Task RunUntilAsync(Func<IReadOnlyList<MailFixture.Row>, bool> done)
    {
        using var sender = _mail.CreateSender();
        await sender.StartAsync(TestContext.Current.CancellationToken);
        await TestWait.UntilAsync(async () => done(await _mail.RowsAsync()), TimeSpan.FromSeconds(20), "the mail to end");
        await sender.StopAsync(TestContext.Current.CancellationToken);
    }
}
