using Akashi.Platform.Errors;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Akashi.Platform.Mail;
using Xunit;

namespace Akashi.Platform.Tests.Mail;

public sealed class MimeTests(ITestOutputHelper output)
{
    private static readonly string[] OwnHeaders = ["Date", "From", "To", "Subject", "Message-ID", "MIME-Version", "Content-Type", "Content-Transfer-Encoding", "Content-Language", "Auto-Submitted"];

    private static readonly string[] Pieces =
    [
        "\r\n", "\n", "\r", "\0", "\u2028", "\u2029", "\u0085", "\v", "\f", "\t", "\u202E", "Bcc: evil@example.com", "\r\nBcc: evil@example.com", "\r\n\r\n<html>", "=?UTF-8?B?", "?=", "=0D=0A",
        ":", "<", ">", "\"", "\\", "@", " ", "花子", "髙﨑", "😀", "a", "é", "\uD800", "\uDC00", "{Name}", "{", "}", ".", "\r\n.\r\n", ",", ";", "株式会社いろは", new('長', 50),
    ];

    [Fact]
    public void Compose_WithAnythingInEveryValue_HasExactlyItsOwnHeaders()
    {
        var seed = RandomNumberGenerator.GetInt32(int.MaxValue);
        output.WriteLine($"seed {seed}");
        var state = (ulong)seed + 1;
        var from = Parse("no-reply@akashi.example");
        for (var round = 0; round < 4000; round++)
        {
            var (subject, name, fromName, body) = (Next(), Next(), Next(), Next());
            var mail = new TakenMail(Guid.CreateVersion7(DateTimeOffset.UnixEpoch), DateTimeOffset.UnixEpoch, "ja", "a@b.example", name, subject, body, 1, 0, DateTimeOffset.UnixEpoch);
            var read = ReadMail.Parse(MimeText.Compose(mail, from, fromName, Parse("a@b.example"), "akashi.example"));
            Assert.Equal(OwnHeaders, read.Names);
            Assert.Equal(Whole(OneLine.Of(subject, 10_000)), read.Text("Subject"));
            Assert.Equal(Whole($"{OneLine.Of(name, 10_000)} <a@b.example>").TrimStart(), read.Text("To"));
            Assert.Equal(Whole($"{OneLine.Of(fromName, 10_000)} <no-reply@akashi.example>").TrimStart(), read.Text("From"));
            Assert.Equal(Whole(body).ReplaceLineEndings("\r\n"), read.Body);
        }

        string Next()
        {
            var text = new StringBuilder();
            for (var count = Draw(8); count > 0; count--) text.Append(Pieces[Draw(Pieces.Length)]);
            return text.ToString();
        }

        int Draw(int below)
        {
            state = unchecked(state * 6364136223846793005 + 1442695040888963407);
            return (int)((state >> 33) % (ulong)below);
        }
    }

    [Fact]
    public void Compose_TheSameMailTwice_GivesTheSameBytes()
    {
        var mail = new TakenMail(Guid.CreateVersion7(DateTimeOffset.UnixEpoch), DateTimeOffset.UnixEpoch, "ja", "a@b.example", "花子", "件名", "本文", 1, 0, DateTimeOffset.UnixEpoch);
        Assert.Equal(Compose(mail), Compose(mail with { Attempt = 7 }));
        Assert.NotEqual(Compose(mail), Compose(mail with { Repeats = 1 }));
    }

    [Theory]
    [InlineData("hanako@example.jp", "hanako@example.jp")]
    [InlineData("Hanako.Sato+x@EXAMPLE.jp", "Hanako.Sato+x@example.jp")]
    [InlineData("taro..@docomo.example", "\"taro..\"@docomo.example")]
    [InlineData(".taro@docomo.example", "\".taro\"@docomo.example")]
    [InlineData("a@日本語.example", "a@xn--wgv71a119e.example")]
    [InlineData("a@localhost", "a@localhost")]
    [InlineData("", null)]
    [InlineData("@example.jp", null)]
    [InlineData("a@", null)]
    [InlineData("a b@example.jp", null)]
    [InlineData("a@exa mple.jp", null)]
    [InlineData("a@example.jp.", null)]
    [InlineData("a@-x.jp", null)]
    [InlineData("a@[127.0.0.1]", null)]
    [InlineData("a@127.0.0.1", null)]
    [InlineData("<a@example.jp>", null)]
    [InlineData("a@example.jp,b@example.jp", null)]
    [InlineData("花子@example.jp", null)]
    [InlineData("a\r\nRCPT TO:<b@example.jp>@example.jp", null)]
    public void Mailbox_TryParse_AcceptsWhatCanBeWrittenAsItIs(string text, string? wire)
    {
        Assert.Equal(wire is not null, Mailbox.TryParse(text, out var mailbox));
        Assert.Equal(wire, mailbox?.Wire);
    }

    [Fact]
    public void Render_AValueWithLinesAndPlaces_StaysOneLineAndIsNotFilledAgain()
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal) { ["Name"] = "花子\r\nhttps://evil.example\n{Link}", ["Link"] = "https://own.example" };
        var (subject, text) = MailFixture.Template.Render("ja", values);
        Assert.Equal("花子  https://evil.example {Link} 様へのお知らせ", subject);
        Assert.Equal(["花子  https://evil.example {Link} 様", "", "次のリンクを開いてください。", "https://own.example", ""], text.Split('\n'));
    }

    /// <summary>Half of a surrogate pair is no character and becomes U+FFFD.</summary>
    private static string Whole(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));

    private static byte[] Compose(TakenMail mail) => MimeText.Compose(mail, Parse("no-reply@akashi.example"), "Akashi", Parse(mail.ToAddress), "akashi.example");

    private static Mailbox Parse(string text) => Mailbox.TryParse(text, out var mailbox) ? mailbox : throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"'{text}' is no address."), nameof(text));
}
