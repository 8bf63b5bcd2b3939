using Akashi.Platform.Web;
using Akashi.TestKit;

namespace Akashi.Portal.Tests.Pages;

/// <summary>The pages in a real browser: scripts, content policy, cookies over hosts, accessibility.</summary>
public sealed class BrowserTests(PortalServer fixture)
{
    [Fact]
    public async Task Chromium_SignInSearchOpenAndGoBack_Works()
    {
        Assert.SkipUnless(TestChromium.IsInstalled, "Chromium is not installed: apt-get install -y chromium");
        await using var browser = await TestChromium.StartAsync();
        await SignInAsync(browser);
        await browser.WaitAsync("document.querySelectorAll('tr[data-row]').length === 100");

        // A search replaces the part of the page and the address.
        await browser.TypeAsync("#q", "sn:7");
        await browser.ClickAsync("form[role=search] .btn-primary");
        await browser.WaitAsync("document.querySelectorAll('tr[data-row]').length === 1 && location.search.includes('sn%3A7')");

        // Before new rows have settled a press on them is an ordinary link, which leads to the trace's own page.
        await browser.WaitAsync("!document.querySelector('.htmx-added, .htmx-settling, .htmx-swapping, .htmx-request')");

        // The panel opens beside the table, has an address, and closes.
        await browser.ClickAsync("tr[data-row] td:nth-child(3)");
        await browser.WaitAsync("document.querySelector('#panel .ak-fields') && location.pathname.startsWith('/traces/row/')");
        Assert.True(await browser.RunAsync<bool>("document.querySelector('tr[data-row]').getAttribute('aria-current') === 'true'"));
        await browser.ClickAsync("[data-panel-close]");
        await browser.WaitAsync("!document.querySelector('#panel .ak-fields') && location.pathname === '/traces'");

        // Back and back again, as people do.
        await browser.RunAsync<bool>("(history.back(), true)");
        await browser.WaitAsync("location.pathname.startsWith('/traces/row/') && document.querySelector('.ak-fields')");
        await browser.RunAsync<bool>("(history.back(), true)");
        await browser.WaitAsync("location.pathname === '/traces' && document.querySelectorAll('tr[data-row]').length === 1");

        // A bad query is shown in place.
        await browser.TypeAsync("#q", "a:\"");
        await browser.ClickAsync("form[role=search] .btn-primary");
        await browser.WaitAsync("document.querySelector('#query-error mark')");
        Assert.Equal("", string.Join('\n', browser.Errors.Where(error => !error.Contains("status of 400", StringComparison.Ordinal))));
    }

    [Fact]
    public async Task Chromium_QueryBox_ProposesAndTakesByKeyboard()
    {
        Assert.SkipUnless(TestChromium.IsInstalled, "Chromium is not installed: apt-get install -y chromium");
        await using var browser = await TestChromium.StartAsync();
        await SignInAsync(browser);
        await browser.TypeAsync("#q", "psU");
        await browser.WaitAsync("document.querySelector('[role=listbox] [role=option]')?.textContent === 'psUser:' && document.querySelector('#q').getAttribute('aria-expanded') === 'true'");
        await browser.RunAsync<bool>(Press("ArrowDown"));
        Assert.True(await browser.RunAsync<bool>("document.getElementById(document.querySelector('#q').getAttribute('aria-activedescendant')).getAttribute('aria-selected') === 'true'"));
        await browser.RunAsync<bool>(Press("Enter"));
        await browser.WaitAsync("document.querySelector('#q').value === 'psUser:' && document.querySelector('[role=option]')?.textContent === 'hanako'");
        // Escape closes the list and leaves the text.
        await browser.RunAsync<bool>(Press("Escape"));
        Assert.True(await browser.RunAsync<bool>("!document.querySelector('[role=listbox]') && document.querySelector('#q').value === 'psUser:'"));
        await browser.RunAsync<bool>(Press("ArrowDown"));
        await browser.WaitAsync("document.querySelector('[role=option]')?.textContent === 'hanako'");
        await browser.ClickAsync("[role=option]");
        await browser.WaitAsync("document.querySelector('#q').value === 'psUser:hanako '");
        // The bars of the histogram are one stop, with arrow keys between.
        Assert.Equal(1, await browser.RunAsync<int>("document.querySelectorAll('[data-arrows] a[tabindex=\"0\"]').length"));
        await browser.RunAsync<bool>("(document.querySelector('[data-arrows] a').focus(), document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key: 'End', bubbles: true, cancelable: true })), true)");
        Assert.True(await browser.RunAsync<bool>("[...document.querySelectorAll('[data-arrows] a')].at(-1) === document.activeElement"));
        Assert.Empty(browser.Errors);

        static string Press(string key) => $"(document.querySelector('#q').dispatchEvent(new KeyboardEvent('keydown', {{ key: '{key}', bubbles: true, cancelable: true }})), true)";
    }

    [Fact]
    public async Task Chromium_EndedSession_LeadsToSignIn()
    {
        Assert.SkipUnless(TestChromium.IsInstalled, "Chromium is not installed: apt-get install -y chromium");
        await using var browser = await TestChromium.StartAsync();
        await SignInAsync(browser);
        // Signed out in another tab.
        await browser.RunAsync<bool>("fetch('/sign-out', { method: 'POST', body: new URLSearchParams(new FormData(document.querySelector('form[action=\"/sign-out\"]'))) }).then(() => true)");
        await browser.TypeAsync("#q", "sn:7");
        await browser.ClickAsync("form[role=search] .btn-primary");
        await browser.WaitAsync("location.pathname === '/sign-in' && document.querySelector('#password')");
    }

    [Theory]
    [InlineData("ja", 1440, false)]
    [InlineData("en", 390, true)]
    public async Task Axe_EveryPage_FindsNothingSerious(string language, int width, bool dark)
    {
        var axe = Path.Combine(Repository.Module("Portal"), "assets", "node_modules", "axe-core", "axe.min.js");
        Assert.SkipUnless(TestChromium.IsInstalled, "Chromium is not installed: apt-get install -y chromium");
        Assert.SkipUnless(File.Exists(axe), "axe-core is not installed: npm ci in src/Modules/Portal/assets");
        await using var browser = await TestChromium.StartAsync(language, width, dark: dark);
        await browser.GoAsync(fixture.Server.Address(ServiceHost.Portal, "/sign-in"));
        var found = new List<string>(await CheckAsync(browser, axe));
        await SignInAsync(browser);
        foreach (var (host, path) in new[]
        {
            (ServiceHost.Portal, "/"), (ServiceHost.Portal, "/account/password"), (ServiceHost.Console, "/traces?q=*&last=1h"), (ServiceHost.Console, "/traces?q=nothing-such"),
            (ServiceHost.Console, "/traces?q=a:%22"), (ServiceHost.Console, "/traces?q=*&last=1h&view=groups"), (ServiceHost.Console, "/traces/saved"), (ServiceHost.Console, "/traces/help"), (ServiceHost.Console, "/traces/tail?q=cmd:nothing"), (ServiceHost.Console, "/traces/tail?q=a:%22"), (ServiceHost.Console, "/traces/saved/add?q=evt:ps"), (ServiceHost.Console, "/traces?q=comm:x&last=1h&view=groups&by=path&by=evt&sum=sn"), (ServiceHost.Console, "/traces?q=*&last=1h&view=groups&by=path&by=evt&sum=sn"), (ServiceHost.Console, "/terminals"), (ServiceHost.Console, "/terminals/add"), (ServiceHost.Console, "/nowhere"),
            (ServiceHost.Portal, "/forgotten"), (ServiceHost.Portal, "/forgotten?done=1"), (ServiceHost.Portal, "/account/sessions"),
            (ServiceHost.Console, "/users"), (ServiceHost.Console, "/users?q=nobody"), (ServiceHost.Console, "/users/add"), (ServiceHost.Console, $"/users/{fixture.Tenants.A.UserAccountId}"), (ServiceHost.Console, $"/users/{fixture.Tenants.A.UserAccountId}/suspend"),
            (ServiceHost.Console, "/roles"), (ServiceHost.Console, "/roles/add"), (ServiceHost.Console, "/tokens"), (ServiceHost.Console, "/tokens/add"), (ServiceHost.Console, "/sign-in-policy"),
        })
        {
            await browser.GoAsync(fixture.Server.Address(host, path));
            found.AddRange(await CheckAsync(browser, axe));
            Assert.True(await browser.RunAsync<bool>("document.documentElement.scrollWidth <= innerWidth"), $"{path} is wider than {width} px");
        }
        Assert.Empty(found);
        Assert.Equal("", string.Join('\n', browser.Errors.Where(error => !error.Contains("status of 4", StringComparison.Ordinal))));
    }

    private async Task SignInAsync(TestChromium browser)
    {
        var tenant = fixture.Tenants.A;
        await browser.GoAsync(fixture.Server.Address(ServiceHost.Console, "/traces?q=*&last=1h"));
        await browser.WaitAsync("location.pathname === '/sign-in' && document.querySelector('#password')");
        await browser.TypeAsync("#supportId", tenant.SupportId);
        await browser.TypeAsync("#userId", tenant.UserId);
        await browser.TypeAsync("#password", tenant.Password);
        await browser.ClickAsync("form[action='/sign-in'] button[type=submit]");
        await browser.WaitAsync("location.pathname === '/traces' && document.readyState === 'complete'");
    }

    private static async Task<IReadOnlyList<string>> CheckAsync(TestChromium browser, string axe)
    {
        await browser.RunAsync<bool>(await File.ReadAllTextAsync(axe) + ";true");
        var found = await browser.RunAsync<string[]>("""
            axe.run(document, { resultTypes: ['violations'] }).then(r => r.violations.filter(v => v.impact === 'serious' || v.impact === 'critical')
              .map(v => location.pathname + ' ' + v.id + ' ' + v.nodes.map(n => n.html).join(' ').slice(0, 300)))
            """);
        return found ?? [];
    }
}
