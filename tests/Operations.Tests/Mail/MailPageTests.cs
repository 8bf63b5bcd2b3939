using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Akashi.Platform.Mail;
using Akashi.Platform.Tenancy;
using Akashi.Platform.Web;
using Akashi.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace Akashi.Operations.Tests.Mail;

public sealed class MailPageTests(OperationsServer fixture)
{
    private static readonly MailTemplate Template = new("test.operations", "件名 {Mark}", "本文 {Mark}\n", "Subject {Mark}", "Body {Mark}\n");
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Mails_OfEveryTenant_AreShownToOperatorsWithMaskedAddresses()
    {
        var mark = await EnqueueAsync(fixture.Tenants.A.Id, "hanako-of-a@b.example");
        using var browser = await fixture.Tenants.SignInToConsoleAsync(fixture.Tenants.Operator);
        var list = await browser.GetAsync(ServiceHost.Console, "/mail?state=sent");
        Assert.Equal(HttpStatusCode.OK, list.Status);
        Assert.Contains("h…@b.example", list.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("hanako-of-a", list.Body, StringComparison.Ordinal);
        var csv = await browser.GetAsync(ServiceHost.Console, "/mail/table.csv?state=sent");
        Assert.Contains("h…@b.example", csv.Body, StringComparison.Ordinal);
        // It lies in the outbox folder, which is the operator's.
        var one = await browser.GetAsync(ServiceHost.Console, await AddressOfAsync(mark));
        Assert.Contains($"本文 {mark}", WebUtility.HtmlDecode(one.Body), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await browser.GetAsync(ServiceHost.Console, "/mail?state=other")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await browser.GetAsync(ServiceHost.Console, $"/mail/{fixture.Tenants.A.Id}/{Guid.Empty:N}")).Status);
    }

    [Fact]
    public async Task Mail_ThatWentBySmtp_HidesFromOperatorsWhatIsTheCustomers()
    {
        var mark = await EnqueueAsync(fixture.Tenants.A.Id, "saburo-of-a@b.example");
        await fixture.Server.Database.ExecuteAsOwnerAsync("UPDATE platform.mail SET sent_by = 'smtp' WHERE subject = @subject", new { subject = $"件名 {mark}" });
        using var browser = await fixture.Tenants.SignInToConsoleAsync(fixture.Tenants.Operator);
        var one = await browser.GetAsync(ServiceHost.Console, await AddressOfAsync(mark));
        Assert.Equal(HttpStatusCode.OK, one.Status);
        Assert.DoesNotContain(mark, one.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("saburo-of-a", one.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SecretMail_OnItsPage_IsNeverShownAndCannotBeRepeated()
    {
        var mark = await EnqueueAsync(fixture.Tenants.Operator.Id, "operator@b.example", secret: true);
        using var browser = await fixture.Tenants.SignInToConsoleAsync(fixture.Tenants.Operator);
        var address = await AddressOfAsync(mark);
        var one = await browser.GetAsync(ServiceHost.Console, address);
        Assert.DoesNotContain($"本文 {mark}", WebUtility.HtmlDecode(one.Body), StringComparison.Ordinal);
        using var api = fixture.Tenants.CreateApiClient(fixture.Tenants.Operator);
        using var again = await api.PostAsync(new Uri("/api/v1" + address + "/again", UriKind.Relative), null, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Conflict, again.StatusCode);
    }

    [Fact]
    public async Task SendAgain_OnTheMailsPage_SendsItUnderANewMessageIdAndIsAudited()
    {
        var mark = await EnqueueAsync(fixture.Tenants.Operator.Id, "operator@b.example");
        var address = await AddressOfAsync(mark);
        using var browser = await fixture.Tenants.SignInToConsoleAsync(fixture.Tenants.Operator);
        var answer = await browser.SubmitAsync(ServiceHost.Console, address, [], address + "/again");
        Assert.Equal(HttpStatusCode.Redirect, answer.Status);
        await TestWait.UntilAsync(async () => (await StateAsync(mark)) == ("sent", 1), Patience, "the mail to be sent again");
        Assert.Equal(1, (await fixture.Server.Database.QueryAsOwnerAsync<long>("SELECT count(*) FROM platform.audit_entry WHERE action = 'mail.send-again' AND target = @target", new { target = address["/mail/".Length..] })).Single());
    }

    [Fact]
    public async Task Mails_ForACustomer_AreForbidden()
    {
        using var browser = await fixture.Tenants.SignInToConsoleAsync(fixture.Tenants.A);
        Assert.Equal(HttpStatusCode.Forbidden, (await browser.GetAsync(ServiceHost.Console, "/mail")).Status);
        using var api = fixture.Tenants.CreateApiClient(fixture.Tenants.A);
        using var answer = await api.GetAsync(new Uri("/api/v1/mail", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
    }

    [Fact]
    public async Task MailServer_OfATenant_IsSavedTriedAndRemovedAndItsPasswordNeverComesBack()
    {
        const string password = "smtp-secret-of-b";
        var cancellation = TestContext.Current.CancellationToken;
        using var api = fixture.Tenants.CreateApiClient(fixture.Tenants.B);
        var route = new Uri("/api/v1/mail-server", UriKind.Relative);
        using (var none = await api.GetAsync(route, cancellation)) Assert.Equal(HttpStatusCode.NotFound, none.StatusCode);
        using (var bad = await api.PutAsJsonAsync(route, Input("localhost", port: 22), cancellation)) Assert.Equal(HttpStatusCode.UnprocessableEntity, bad.StatusCode);
        using (var saved = await api.PutAsJsonAsync(route, Input("localhost", 587, password), cancellation)) Assert.Equal(HttpStatusCode.NoContent, saved.StatusCode);
        var known = await api.GetStringAsync(route, cancellation);
        Assert.Contains("\"hasPassword\":true", known, StringComparison.Ordinal);
        Assert.DoesNotContain(password, known, StringComparison.Ordinal);

        // A tenant's server cannot lead into the service's own network.
        using var browser = await fixture.Tenants.SignInToConsoleAsync(fixture.Tenants.B);
        var tried = await browser.SubmitAsync(ServiceHost.Console, "/mail-server", [new("to", "admin@b.example")], "/mail-server/test");
        Assert.Contains("private network", tried.Body, StringComparison.Ordinal);
        Assert.DoesNotContain(password, tried.Body, StringComparison.Ordinal);

        // Another host does not get the password that was meant for the first.
        using (var moved = await api.PutAsJsonAsync(route, Input("mail.example.jp", 587), cancellation)) Assert.Equal(HttpStatusCode.NoContent, moved.StatusCode);
        using (var setting = await JsonDocument.ParseAsync(await api.GetStreamAsync(route, cancellation), cancellationToken: cancellation)) Assert.False(setting.RootElement.GetProperty("hasPassword").GetBoolean());
        Assert.DoesNotContain(password, string.Concat(await fixture.Server.Database.QueryAsOwnerAsync<string>("SELECT coalesce(before::text, '') || coalesce(after::text, '') FROM platform.audit_entry WHERE action LIKE 'mail-server.%'")), StringComparison.Ordinal);

        var removed = await browser.SubmitAsync(ServiceHost.Console, "/mail-server", [], "/mail-server/remove");
        Assert.Equal(HttpStatusCode.Redirect, removed.Status);
        using (var gone = await api.GetAsync(route, cancellation)) Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
    }

    private static object Input(string host, int port, string? password = null) => new { host, port, security = "StartTls", userName = "b@example.jp", fromAddress = "no-reply@example.jp", fromName = "乙", password };

    private async Task<string> EnqueueAsync(TenantId tenant, string to, bool secret = false)
    {
        var mark = Guid.CreateVersion7(TimeProvider.System.GetUtcNow()).ToString("N");
        await using (var session = await fixture.Server.Database.Application.OpenAsync(tenant))
        {
            var mail = new OutgoingMail(to, "花子", Template, "ja", new Dictionary<string, string>(StringComparer.Ordinal) { ["Mark"] = mark }, secret);
            await fixture.Server.Services.GetRequiredService<MailOutbox>().EnqueueAsync(session, mail, CancellationToken.None);
            await session.CommitAsync();
        }
        await TestWait.UntilAsync(async () => (await StateAsync(mark)).State == "sent", Patience, "the mail to be sent");
        return mark;
    }

    private async Task<(string State, int Repeats)> StateAsync(string mark) =>
        (await fixture.Server.Database.QueryAsOwnerAsync<(string State, int Repeats)>("SELECT state, repeats FROM platform.mail WHERE subject = @subject", new { subject = $"件名 {mark}" })).Single();

    private async Task<string> AddressOfAsync(string mark)
    {
        var (tenant, id) = (await fixture.Server.Database.QueryAsOwnerAsync<(Guid Tenant, Guid Id)>("SELECT tenant_id, id FROM platform.mail WHERE subject = @subject", new { subject = $"件名 {mark}" })).Single();
        return $"/mail/{tenant:N}/{id:N}";
    }
}
