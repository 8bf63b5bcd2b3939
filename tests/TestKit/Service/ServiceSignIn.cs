using System.Net;
using System.Text.RegularExpressions;
using Akashi.Identity.Passwords;
using Akashi.Platform.Tenancy;
using Akashi.Platform.Web;

namespace Akashi.TestKit.Service;

/// <summary>A person's sign-in at a running service, over the real page.</summary>
public static partial class ServiceSignIn
{
    /// <summary>Gives the first tenant's administrator a password, as the activation page would.</summary>
    public static async Task SetPasswordAsync(RunningService service, string password)
    {
        var hash = PasswordHash.Create(password, PasswordHash.MinimumRounds);
        var changed = await service.Database.QueryAsync<string>(
            "UPDATE identity.user_account SET password_hash = @hash, state = 'active' WHERE user_key = 'admin' AND tenant_id = (SELECT id FROM identity.tenant WHERE support_id = 'AK00000001') RETURNING user_id", new { hash });
        if (changed.Count != 1) throw new InvalidOperationException("The first tenant has no administrator 'admin'.");
    }

    /// <summary>Password, then the code from the mail in the outbox folder.</summary>
    /// <returns>True when the service gave a session.</returns>
    public static async Task<bool> TryAsync(RunningService service, string password)
    {
        var handler = ServiceClient.CreateHandler(service.AuthorityPem, IPAddress.Loopback);
        handler.UseCookies = true;
        handler.CookieContainer = new CookieContainer();
        using var client = new HttpClient(handler) { BaseAddress = service.Address(ServiceHost.Portal) };
        var outbox = new TestOutbox(Path.Combine(service.Data, "outbox"), new TenantId(await service.Database.SingleAsync<Guid>("SELECT id FROM identity.tenant WHERE support_id = 'AK00000001'")));
        outbox.ReadNew();
        using var first = await SubmitAsync(client, "/sign-in", [new("supportId", "AK00000001"), new("userId", "admin"), new("password", password)]);
        if (first.Headers.Location?.OriginalString is not { } next || !next.StartsWith("/sign-in/code", StringComparison.Ordinal)) return false;
        using var second = await SubmitAsync(client, "/sign-in/code", [new("code", await outbox.NextCodeAsync())]);
        return handler.CookieContainer.GetCookies(service.Address(ServiceHost.Portal))["__Host-akashi-session"] is not null;
    }

    private static async Task<HttpResponseMessage> SubmitAsync(HttpClient client, string path, IEnumerable<KeyValuePair<string, string>> fields)
    {
        var page = await client.GetStringAsync(new Uri(path, UriKind.Relative));
        using var form = new FormUrlEncodedContent([.. fields, new("__RequestVerificationToken", WebUtility.HtmlDecode(FormToken().Match(page).Groups[1].Value))]);
        return await client.PostAsync(new Uri(path, UriKind.Relative), form);
    }

    [GeneratedRegex("name=\"__RequestVerificationToken\"[^>]*value=\"([^\"]+)\"", RegexOptions.None, 1000)]
    private static partial Regex FormToken();
}
