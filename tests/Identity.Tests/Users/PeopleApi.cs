using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Akashi.Identity.Tokens;
using Akashi.Platform.Tenancy;
using Akashi.Platform.Web;
using Akashi.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace Akashi.Identity.Tests.Users;

/// <summary>What a program gets to hear: status, stable id of a refusal, body.</summary>
internal sealed record ApiAnswer(HttpStatusCode Status, JsonElement Body)
{
    public string? Code => Body.ValueKind == JsonValueKind.Object && Body.TryGetProperty("code", out var code) ? code.GetString() : null;

    public string this[string name] => Body.GetProperty(name).ToString();
}

/// <summary>The API for people and roles, as somebody with a role.</summary>
internal sealed class PeopleApi(TestServer server, string token) : IDisposable
{
    private readonly HttpClient _client = Connect(server, token);

    public Task<ApiAnswer> GetAsync(string path) => SendAsync(HttpMethod.Get, path, null);

    public Task<ApiAnswer> PostAsync(string path, object? body = null) => SendAsync(HttpMethod.Post, path, body);

    public Task<ApiAnswer> PutAsync(string path, object body) => SendAsync(HttpMethod.Put, path, body);

    public Task<ApiAnswer> DeleteAsync(string path) => SendAsync(HttpMethod.Delete, path, null);

    public Task<ApiAnswer> AddAsync(string userId, string role = "user", string? name = null) =>
        PostAsync("/api/v1/users", new { userId, displayName = name ?? userId, mail = $"{Guid.CreateVersion7():N}@a.example", role });

    /// <summary>Somebody new in a role, active and with a token of all its permissions.</summary>
    public static async Task<(PeopleApi Api, string Id)> OfNewAsync(TestServer server, TestTenant tenant, PeopleApi administrator, string userId, string role)
    {
        var added = await administrator.AddAsync(userId, role);
        Assert.Equal(HttpStatusCode.Created, added.Status);
        await server.Database.ExecuteAsOwnerAsync("UPDATE identity.user_account SET state = 'active' WHERE id = @id", new { id = Guid.Parse(added["id"]) });
        var all = PermissionCatalogue.All.Where(entry => entry.Assignable).Select(entry => entry.Permission);
        var token = await server.Services.GetRequiredService<ApiTokens>().ReplaceAsync(tenant.Id, Guid.Parse(added["id"]), "test", all, CancellationToken.None);
        return (new PeopleApi(server, token), added["id"]);
    }

    public void Dispose() => _client.Dispose();

    private static HttpClient Connect(TestServer server, string token)
    {
        var client = server.CreateClient(ServiceHost.Api);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    private async Task<ApiAnswer> SendAsync(HttpMethod method, string path, object? body)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        using var answer = await _client.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        using var json = JsonDocument.Parse(text.Length > 0 ? text : "null");
        return new ApiAnswer(answer.StatusCode, json.RootElement.Clone());
    }
}
