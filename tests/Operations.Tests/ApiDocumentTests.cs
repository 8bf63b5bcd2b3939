using System.Text.Json;
using System.Text.Json.Nodes;

namespace Akashi.Operations.Tests;

/// <summary>
/// The document that describes the API is checked in, so that a change of the API is seen in review. After an intended change run this test
/// with AKASHI_WRITE_OPENAPI=1, which writes the file anew.
/// </summary>
public sealed class ApiDocumentTests(OperationsServer fixture)
{
    private static readonly JsonSerializerOptions Form = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [Fact]
    public async Task Document_OfTheRunningService_IsTheOneCheckedIn()
    {
        using var client = fixture.Server.CreateClient(Platform.Web.ServiceHost.Api);
        var served = await client.GetStringAsync(new Uri("/openapi/v1.json", UriKind.Relative), TestContext.Current.CancellationToken);
        // The port of a test is a free one; people know the default.
        var document = JsonNode.Parse(served.Replace($":{fixture.Server.Options.Port}", ":8443", StringComparison.Ordinal))!.ToJsonString(Form) + "\n";
        var path = Path.Combine(RepositoryRoot(), "docs", "api", "openapi.json");
        if (Environment.GetEnvironmentVariable("AKASHI_WRITE_OPENAPI") == "1") await File.WriteAllTextAsync(path, document, TestContext.Current.CancellationToken);
        Assert.Equal(await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken), document);
    }

    private static string RepositoryRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Akashi.slnx"))) folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("This test runs inside the repository.");
        return folder;
    }
}
