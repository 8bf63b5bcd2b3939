using System.Net;
using System.Net.Http.Json;
using Akashi.TestKit;

namespace Akashi.Operations.Tests;

/// <summary>A repeated request is done once. Enrolment tokens are made, because each one is a new secret.</summary>
public sealed class IdempotencyTests(OperationsServer fixture)
{
    private const string Path = "/api/v1/enrolment-tokens";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Post_RepeatedWithItsKey_GetsTheFirstAnswerAndIsDoneOnce()
    {
        var key = Guid.CreateVersion7().ToString();
        var before = await CountAsync();
        var first = await PostAsync(fixture.Tenants.B, key);
        var second = await PostAsync(fixture.Tenants.B, key);
        Assert.Equal(HttpStatusCode.Created, first.Status);
        Assert.Equal((first.Status, first.Body, true), (second.Status, second.Body, second.Replayed));
        Assert.NotEqual(first.Body, (await PostAsync(fixture.Tenants.B, key + "-other")).Body);
        Assert.Equal(2, await CountAsync() - before);
        var stored = (await fixture.Server.Database.QueryAsOwnerAsync<byte[]>("SELECT sealed_body FROM platform.idempotent_request WHERE key = @key", new { key })).Single();
        Assert.DoesNotContain("ake_", System.Text.Encoding.UTF8.GetString(stored), StringComparison.Ordinal); // the secret is not kept in the clear
    }

    [Fact]
    public async Task Post_WithItsKeyAfterADay_IsDoneAgainAndKeptAnew()
    {
        var key = Guid.CreateVersion7().ToString();
        var first = await PostAsync(fixture.Tenants.B, key);
        await fixture.Server.Database.ExecuteAsOwnerAsync("UPDATE platform.idempotent_request SET started_at = started_at - interval '25 hours' WHERE key = @key", new { key });
        var second = await PostAsync(fixture.Tenants.B, key, "?changed=1");
        Assert.Equal((HttpStatusCode.Created, false), (second.Status, second.Replayed));
        Assert.NotEqual(first.Body, second.Body);
        Assert.Equal((second.Status, second.Body, true), await PostAsync(fixture.Tenants.B, key, "?changed=1"));
    }

    [Fact]
    public async Task Post_BodyThatCannotBeRead_LeavesItsKeyFree()
    {
        using var client = fixture.Tenants.CreateApiClient(fixture.Tenants.B);
        var key = Guid.CreateVersion7().ToString();
        for (var attempt = 0; attempt < 2; attempt++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/users") { Content = new StringContent("{", null, "application/json") };
            request.Headers.Add("Idempotency-Key", key);
            using var answer = await client.SendAsync(request, Cancellation);
            Assert.Equal((HttpStatusCode.BadRequest, false), (answer.StatusCode, answer.Headers.Contains("Idempotency-Replayed")));
        }
        Assert.Empty(await fixture.Server.Database.QueryAsOwnerAsync<string>("SELECT key FROM platform.idempotent_request WHERE key = @key", new { key }));
    }

    [Fact]
    public async Task Post_ManyAtOnceWithOneKey_IsDoneOnce()
    {
        var key = Guid.CreateVersion7().ToString();
        var before = await CountAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => PostAsync(fixture.Tenants.B, key)));
        Assert.Equal(1, await CountAsync() - before);
        Assert.All(answers, answer => Assert.True(answer.Status is HttpStatusCode.Created or HttpStatusCode.Conflict));
        Assert.Single(answers.Where(answer => answer.Status == HttpStatusCode.Created).Select(answer => answer.Body).Distinct());
    }

    [Fact]
    public async Task Post_SameKeyFromAnotherTenantOrForAnotherRequest_IsNotAnsweredWithTheFirst()
    {
        var key = Guid.CreateVersion7().ToString();
        var first = await PostAsync(fixture.Tenants.A, key);
        var other = await PostAsync(fixture.Tenants.B, key);
        Assert.False(other.Replayed);
        Assert.NotEqual(first.Body, other.Body);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await PostAsync(fixture.Tenants.A, key, "?changed=1")).Status);
    }

    [Theory]
    [InlineData("white space")]
    [InlineData("日本")]
    [InlineData("a/b")]
    public async Task Post_WithAKeyThatIsNone_IsRefused(string key) => Assert.Equal(HttpStatusCode.BadRequest, (await PostAsync(fixture.Tenants.A, key)).Status);

    [Theory]
    [InlineData("2.0", (1 << 20) - 1, HttpStatusCode.Created)]
    [InlineData("2.0", 1 << 20, HttpStatusCode.Created)]
    [InlineData("2.0", (1 << 20) + 1, HttpStatusCode.RequestEntityTooLarge)]
    [InlineData("2.0", 3 << 20, HttpStatusCode.RequestEntityTooLarge)]
    [InlineData("1.1", (1 << 20) - 64, HttpStatusCode.Created)] // the server counts the frames of chunks in
    [InlineData("1.1", (1 << 20) + 1, HttpStatusCode.RequestEntityTooLarge)]
    public async Task Post_BodyInChunks_IsTakenUpToItsLimitAndRefusedBeyond(string version, int size, HttpStatusCode expected)
    {
        var key = Guid.CreateVersion7().ToString();
        var first = await PostChunksAsync(version, key, size);
        Assert.Equal(expected, first.Status);
        if (expected == HttpStatusCode.RequestEntityTooLarge) Assert.Contains("idempotent-request-too-large", first.Body, StringComparison.Ordinal);
        else Assert.Equal((first.Status, first.Body, true), await PostChunksAsync(version, key, size));
    }

    [Fact]
    public async Task Put_LargeBodyToARouteThatTakesMore_IsRefusedRatherThanDoneWithoutItsGuarantee()
    {
        using var client = fixture.Tenants.CreateApiClient(fixture.Tenants.B);
        foreach (var chunked in new[] { true, false })
        {
            using var request = new HttpRequestMessage(HttpMethod.Put, "/api/v1/traces/import/large.zip") { Content = new ByteArrayContent(new byte[(1 << 20) + 1]) };
            request.Headers.TransferEncodingChunked = chunked;
            request.Headers.Add("Idempotency-Key", Guid.CreateVersion7().ToString());
            using var answer = await client.SendAsync(request, Cancellation);
            Assert.Contains("idempotent-request-too-large", await answer.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
        }
    }

    /// <summary>An empty JSON object made as large as asked for by white space.</summary>
    private async Task<(HttpStatusCode Status, string Body, bool Replayed)> PostChunksAsync(string version, string key, int size)
    {
        using var client = fixture.Tenants.CreateApiClient(fixture.Tenants.B);
        using var request = new HttpRequestMessage(HttpMethod.Post, Path)
        {
            Version = Version.Parse(version), VersionPolicy = HttpVersionPolicy.RequestVersionExact, Content = new StringContent("{}".PadRight(size), null, "application/json"),
        };
        request.Headers.TransferEncodingChunked = true;
        request.Headers.Add("Idempotency-Key", key);
        using var answer = await client.SendAsync(request, Cancellation);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(Cancellation), answer.Headers.Contains("Idempotency-Replayed"));
    }

    private async Task<(HttpStatusCode Status, string Body, bool Replayed)> PostAsync(TestTenant tenant, string key, string query = "")
    {
        using var client = fixture.Tenants.CreateApiClient(tenant);
        using var request = new HttpRequestMessage(HttpMethod.Post, Path + query) { Content = JsonContent.Create(new { }) };
        request.Headers.TryAddWithoutValidation("Idempotency-Key", Uri.EscapeDataString(key) == key ? key : key.Replace("日本", "%E6%97%A5", StringComparison.Ordinal));
        using var answer = await client.SendAsync(request, Cancellation);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(Cancellation), answer.Headers.Contains("Idempotency-Replayed"));
    }

    private async Task<long> CountAsync() =>
        (await fixture.Server.Database.QueryAsOwnerAsync<long>("SELECT count(*) FROM endpoints.enrolment_token WHERE tenant_id = @Value", new { fixture.Tenants.B.Id.Value })).Single(); // of B: other tests make some for A meanwhile
}
