using System.Net;
using System.Text.RegularExpressions;
using Akashi.Identity.Passwords;
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

    /// <returns>True when the service gave a session.</returns>
    public static async Task<bool> TryAsync(RunningService service, string password)
    {
        var handler = ServiceClient.CreateHandler(service.AuthorityPem, IPAddress.Loopback);
        handler.UseCookies = true;
        handler.CookieContainer = new CookieContainer();
        using var client = new HttpClient(handler) { BaseAddress = service.Address(ServiceHost.Portal) };
        var page = await client.GetStringAsync(new Uri("/sign-in", UriKind.Relative));
        using var form = new FormUrlEncodedContent(
            [new("supportId", "AK00000001"), new("userId", "admin"), new("password", password), new("__RequestVerificationToken", WebUtility.HtmlDecode(FormToken().Match(page).Groups[1].Value))]);
        using var answer = await client.PostAsync(new Uri("/sign-in", UriKind.Relative), form);
        return handler.CookieContainer.GetCookies(service.Address(ServiceHost.Portal))["__Host-akashi-session"] is not null;
    }

    [GeneratedRegex("name=\"__RequestVerificationToken\"[^>]*value=\"([^\"]+)\"", RegexOptions.None, 1000)]
    private static partial Regex FormToken();
}
