using System.Net;
using System.Text;
using System.Text.Json;
using Akashi.Platform.Web;
using Akashi.TestKit;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Akashi.Operations.Tests;

/// <summary>A body of another kind than the route takes is refused as such, not as if nothing were there.</summary>
public sealed class MediaTypeTests(OperationsServer fixture)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Routes_SentAnotherMediaType_AllSayWhichOneTheyTake()
    {
        using var client = fixture.Tenants.CreateApiClient(fixture.Tenants.Operator);
        using var customer = fixture.Tenants.CreateApiClient(fixture.Tenants.A);
        var host = new Uri(fixture.Server.Hosts.OriginOf(ServiceHost.Api)).Host;
        var tried = 0;
        foreach (var route in fixture.Server.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>())
        {
            if (route.Metadata.GetMetadata<IAcceptsMetadata>() is not { } accepts || route.Metadata.GetMetadata<IHostMetadata>()?.Hosts.Contains(host, StringComparer.OrdinalIgnoreCase) != true) continue;
            var path = "/" + string.Join('/', route.RoutePattern.PathSegments.Select(segment => segment.Parts[0] is Microsoft.AspNetCore.Routing.Patterns.RoutePatternLiteralPart literal ? literal.Content : "00000000-0000-0000-0000-000000000000"));
            var method = new HttpMethod(route.Metadata.GetMetadata<IHttpMethodMetadata>()!.HttpMethods[0]);
            var answers = new List<string>();
            foreach (var one in new[] { client, customer })
            {
                using var request = new HttpRequestMessage(method, path) { Content = new StringContent("x", Encoding.UTF8, "text/plain") };
                using var answer = await one.SendAsync(request, Cancellation);
                answers.Add($"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(Cancellation)}");
            }
            // One of the two may lack the permission: that is said first.
            Assert.True(answers.Any(answer => answer.StartsWith("415 ", StringComparison.Ordinal) && answer.Contains(accepts.ContentTypes[0], StringComparison.Ordinal)), $"{method} {path}: {string.Join(" | ", answers)}");
            tried++;
        }
        Assert.True(tried > 15, $"Only {tried} routes were tried.");
    }

    [Theory]
    [InlineData("text/plain; x=" + "0123456789012345678901234567890123456789012345678901234567890123456789", "text/plain; x=01234567890123456789012345678901234567890123456789…", "text/plain; x=01234567890123456789012345678901234567890123456789…")]
    [InlineData(null, "Content-Type がありません。「application/json」で送ってください。", "There is no Content-Type. Send 'application/json'.")]
    public async Task Post_OfAnotherMediaType_NamesTheOneGivenAndTheOneWanted(string? given, string japanese, string english)
    {
        foreach (var (language, expected) in new[] { ("ja", japanese), ("en", english) })
        {
            using var client = fixture.Tenants.CreateApiClient(fixture.Tenants.B);
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/users") { Content = new ByteArrayContent("{}"u8.ToArray()) };
            if (given is not null) request.Content.Headers.TryAddWithoutValidation("Content-Type", given);
            request.Headers.AcceptLanguage.ParseAdd(language);
            using var answer = await client.SendAsync(request, Cancellation);
            var problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Cancellation)).RootElement;
            Assert.Equal((HttpStatusCode.UnsupportedMediaType, "unsupported-media-type"), (answer.StatusCode, problem.GetProperty("code").GetString()));
            Assert.Contains(expected, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
            Assert.Contains("application/json", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Post_OfAnotherMediaTypeByNobody_IsRefusedForThat()
    {
        using var client = fixture.Server.CreateClient(ServiceHost.Api);
        using var content = new StringContent("x", Encoding.UTF8, "text/plain");
        using var answer = await client.PostAsync(new Uri("/api/v1/users", UriKind.Relative), content, Cancellation);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }
}
