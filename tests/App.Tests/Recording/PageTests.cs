using System.Security.Cryptography;
using System.Text.Json;
using System.Text.RegularExpressions;
using Akashi.Platform.Web;
using Akashi.TestKit;
using Akashi.TestKit.Service;

namespace Akashi.App.Tests.Recording;

/// <summary>From a process on this machine to a person's screen, through the first start's own link.</summary>
[Collection(SharedRecordingService.Name)]
public sealed class PageTests(RecordingServiceFixture fixture)
{
    private const string Password = "Correct-horse-26";

    [Fact]
    public async Task Page_ProcessThatJustRan_IsFoundByTheNewAdministrator()
    {
        Needs.Root("recording every process of the machine");
        Assert.SkipUnless(TestChromium.IsInstalled, "Skipped: Chromium is missing.");
        await using var browser = await TestChromium.StartAsync();
        await SignInAsync(browser);

        var marker = "PAGE" + RandomNumberGenerator.GetHexString(12, lowercase: true);
        await ProgramRun.OutputOfAsync("/bin/true", marker);
        await Eventually.HoldsAsync(async () =>
        {
            await browser.GoAsync(fixture.Service.Address(ServiceHost.Console, $"/traces?q={marker}&last=10m"));
            return await browser.RunAsync<int>("document.querySelectorAll('.ak-traces tbody tr').length") > 0;
        }, "the page shows the process");

        Assert.Contains("/bin/true " + marker, await browser.RunAsync<string>("document.querySelector('.ak-traces tbody').innerText"), StringComparison.Ordinal);
        Assert.Empty(browser.Errors);
    }

    private async Task SignInAsync(TestChromium browser)
    {
        using var ready = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(fixture.Service.Data, "ready.json")));
        await browser.GoAsync(new Uri(ready.RootElement.GetProperty("administratorLink").GetString()!));
        await browser.TypeAsync("[name=password]", Password);
        await browser.TypeAsync("[name=repeated]", Password);
        await browser.ClickAsync("button[type=submit].btn-primary");
        await browser.WaitAsync("document.querySelector('[name=supportId]')");
        await browser.TypeAsync("[name=supportId]", ready.RootElement.GetProperty("supportId").GetString()!);
        await browser.TypeAsync("[name=userId]", "admin");
        await browser.TypeAsync("[name=password]", Password);
        await browser.ClickAsync("button[type=submit].btn-primary");
        await browser.WaitAsync("document.querySelector('[name=code]')");
        var code = "";
        await Eventually.HoldsAsync(async () =>
        {
            var mail = await ProgramRun.OfAsync(BuiltPrograms.Client, "--data", fixture.Service.Data, "mail", "last");
            return (code = Regex.Match(mail.Output, @"^\d{6}$", RegexOptions.Multiline, TimeSpan.FromSeconds(1)).Value).Length > 0;
        }, "the code is mailed");
        await browser.TypeAsync("[name=code]", code);
        await browser.ClickAsync("button[type=submit].btn-primary");
        await browser.WaitAsync("!document.querySelector('[name=code]')");
    }
}
