using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Akashi.Platform.Mail;
using Akashi.Platform.Mail.Smtp;
using Xunit;

namespace Akashi.Platform.Tests.Mail.SmtpPeer;

/// <summary>Servers that say what no server should.</summary>
public sealed class HostileServerTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("HTTP/1.1 400 Bad Request\r\n")]
    [InlineData("")]
    [InlineData("220")]
    [InlineData("\r\n\r\n\r\n")]
    [InlineData("220-a\r\n221 b\r\n")]
    [InlineData("22a hello\r\n")]
    [InlineData("999 hello\r\n")]
    [InlineData("554 go away\r\n")]
    [InlineData("220 hello\r\n500 what\r\n")]
    [InlineData("220 hello\r\n250-me\r\n250 STARTTLS\r\n454 not now\r\n")]
    public async Task Send_ToAServerThatMakesNoSense_IsPutOff(string said) =>
        Assert.True(Assert.IsType<Delivery.Later>(await TalkAsync(said)).WholeServer);

    [Fact]
    public async Task Send_ToAServerThatSpeaksBeforeTlsBegins_IsPutOff()
    {
        // Somebody on the way adds an answer in the clear, hoping that it is taken for one under TLS.
        var delivery = Assert.IsType<Delivery.Later>(await TalkAsync("220 hello\r\n", "250-me\r\n250 STARTTLS\r\n", "220 go on\r\n250-me\r\n250 AUTH PLAIN\r\n"));
        Assert.Contains("before TLS", delivery.Note, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Send_ToAServerThatNeverEnds_IsPutOff()
    {
        Assert.IsType<Delivery.Later>(await TalkAsync("220 " + new string('x', 100_000)));
        Assert.IsType<Delivery.Later>(await TalkAsync(string.Concat(Enumerable.Repeat("220-more\r\n", 1000))));
    }

    [Fact]
    public async Task Reply_OfAnyBytes_IsReadOrRefusedButNeverMore()
    {
        var seed = RandomNumberGenerator.GetInt32(int.MaxValue);
        output.WriteLine($"seed {seed}");
        var state = (ulong)seed;
        string[] pieces = ["220", "250", "-", " ", "\r\n", "\n", "\r", "x", "\0", "é", "5", "1234", "AUTH PLAIN", "\u2028"];
        for (var round = 0; round < 20_000; round++)
        {
            var text = new StringBuilder();
            for (var count = Draw(12); count >= 0; count--) text.Append(pieces[Draw(pieces.Length)]);
            var bytes = Encoding.UTF8.GetBytes(text.ToString());
            var at = 0;
            try
            {
                var reply = await SmtpReply.ReadAsync(() => ValueTask.FromResult(at < bytes.Length ? bytes[at++] : -1));
                Assert.InRange(reply.Code, 200, 599);
                Assert.DoesNotContain(reply.ToString(), letter => char.IsControl(letter) || letter == '\u2028');
            }
            catch (SmtpFault fault)
            {
                Assert.False(fault.Permanent);
            }
        }

        int Draw(int below)
        {
            state = unchecked(state * 6364136223846793005 + 1442695040888963407);
            return (int)((state >> 33) % (ulong)below);
        }
    }

    [Theory]
    [InlineData("127.0.0.1", false)]
    [InlineData("127.9.9.9", false)]
    [InlineData("0.0.0.0", false)]
    [InlineData("10.1.2.3", false)]
    [InlineData("100.64.0.1", false)]
    [InlineData("169.254.169.254", false)]
    [InlineData("172.16.0.1", false)]
    [InlineData("172.32.0.1", true)]
    [InlineData("192.168.1.1", false)]
    [InlineData("224.0.0.1", false)]
    [InlineData("255.255.255.255", false)]
    [InlineData("8.8.8.8", true)]
    [InlineData("::1", false)]
    [InlineData("::", false)]
    [InlineData("::ffff:127.0.0.1", false)]
    [InlineData("::ffff:8.8.8.8", true)]
    [InlineData("64:ff9b::7f00:1", false)]
    [InlineData("2002:7f00:1::", false)]
    [InlineData("2001:0:1::", false)]
    [InlineData("fe80::1", false)]
    [InlineData("fd00::1", false)]
    [InlineData("ff02::1", false)]
    [InlineData("2001:db8::1", false)]
    [InlineData("2400:cb00::1", true)]
    public void PublicAddress_Is_TrueOnThePublicInternetAlone(string address, bool expected) => Assert.Equal(expected, PublicAddress.Is(IPAddress.Parse(address)));

    [Theory]
    [InlineData("localhost")]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    public async Task Connect_ToAPrivateAddressForATenant_IsRefusedWithoutKnocking(string host)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        Assert.True(Mailbox.TryParse("a@b.example", out var from));
        var server = new SmtpServer(host, ((IPEndPoint)listener.LocalEndpoint).Port, SmtpSecurity.StartTls, "", "", from, "", null, Anywhere: false);
        var fault = await Assert.ThrowsAsync<SmtpFault>(() => SmtpDialer.ConnectAsync(server, TestContext.Current.CancellationToken));
        Assert.Contains("private network", fault.Message, StringComparison.Ordinal);
        Assert.False(listener.Pending());
    }

    /// <summary>Says one text after each line of the client, the first unasked, then closes.</summary>
    private static async Task<Delivery> TalkAsync(params string[] said)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var talking = Task.Run(async () =>
        {
            try
            {
                using var client = await listener.AcceptTcpClientAsync();
                await using var stream = client.GetStream();
                var buffer = new byte[1000];
                foreach (var text in said)
                {
                    await stream.WriteAsync(Encoding.UTF8.GetBytes(text));
                    if (await stream.ReadAsync(buffer) == 0) break;
                }
            }
            catch (IOException)
            {
                // The client had heard enough.
            }
        });
        var options = new SmtpOptions { Host = "127.0.0.1", Port = ((IPEndPoint)listener.LocalEndpoint).Port, From = "no-reply@akashi.example" };
        var delivery = await SmtpDeliveryTests.TrySendAsync(options, seconds: 2);
        await talking;
        return delivery;
    }
}
