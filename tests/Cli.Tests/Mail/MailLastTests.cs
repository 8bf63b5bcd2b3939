using System.Text;
using Akashi.TestKit;

namespace Akashi.Cli.Tests.Mail;

public sealed class MailLastTests
{
    [Fact]
    public async Task MailLast_TwoMails_ShowsTheLaterOneReadable()
    {
        using var folder = new TestFolder();
        Write(folder, "1.eml", "first", minutesAgo: 5);
        Write(folder, "2.eml", "コード\r\n\r\n123456\r\n\u001b[31m", minutesAgo: 0);
        var answer = await Client.RunAsync(folder.Path, "mail", "last");
        Assert.Equal(0, answer.Code);
        Assert.Contains("123456", answer.Lines);
        Assert.Contains("To: admin@example.jp", answer.Lines);
        Assert.DoesNotContain('\u001b', answer.Output); // nothing that a terminal would obey
    }

    [Fact]
    public async Task MailLast_NoMail_SaysWhere()
    {
        using var folder = new TestFolder();
        var answer = await Client.RunAsync(folder.Path, "mail", "last");
        Assert.Equal(1, answer.Code);
        Assert.Contains("outbox", answer.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("no mail at all")]
    [InlineData("Date: x\r\n\r\n***")]
    public async Task MailLast_NoMailOfOurs_IsRefused(string text)
    {
        using var folder = new TestFolder();
        Directory.CreateDirectory(folder.File("outbox"));
        await File.WriteAllTextAsync(Path.Combine(folder.File("outbox"), "1.eml"), text);
        Assert.Equal(1, (await Client.RunAsync(folder.Path, "mail", "last")).Code);
    }

    private static void Write(TestFolder folder, string name, string text, int minutesAgo)
    {
        var path = Path.Combine(Directory.CreateDirectory(folder.File("outbox")).FullName, name);
        File.WriteAllText(path, $"Date: Sat, 21 Nov 2026 12:00:00 +0900\r\nTo: =?utf-8?B?5a+G?=\r\n <admin@example.jp>\r\n\r\n{Convert.ToBase64String(Encoding.UTF8.GetBytes(text))}");
        File.SetLastWriteTimeUtc(path, TimeProvider.System.GetUtcNow().UtcDateTime.AddMinutes(-minutesAgo));
    }
}
