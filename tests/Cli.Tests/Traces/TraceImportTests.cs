using System.Collections.Concurrent;
using Akashi.TestKit;
using Microsoft.AspNetCore.Http;

namespace Akashi.Cli.Tests.Traces;

public sealed class TraceImportTests
{
    private static string BatchNamed(int number) => $"0f8c2a54-77aa-4c1e-9d1c-3b3f0d6f2a11_202602011320005-{number:d32}.zip";

    private static Task StoredAsync(HttpContext context, bool stored = true) => context.Response.WriteAsJsonAsync(new { lines = 10, stored });

    [Fact]
    public async Task Import_FolderOfEverything_SendsBatchesAndNamesTheRest()
    {
        using var folder = new TestFolder();
        Directory.CreateDirectory(folder.File("PC1/deep"));
        for (var number = 1; number <= 9; number++) await File.WriteAllTextAsync(folder.File($"PC1/deep/{BatchNamed(number)}"), $"zip {number}");
        await File.WriteAllTextAsync(folder.File("README.md"), "");
        await File.WriteAllTextAsync(folder.File("PC1/other.zip"), "");
        var bodies = new ConcurrentDictionary<string, string>();
        await using var api = await FakeApi.StartAsync(async context =>
        {
            var name = context.Request.Path.Value!.Split('/')[^1];
            bodies[name] = await new StreamReader(context.Request.Body).ReadToEndAsync();
            if (name == BatchNamed(3)) await FakeApi.ProblemAsync(context, 409, "batch-differs", "Received with other content.");
            else await StoredAsync(context, stored: name != BatchNamed(4));
        });

        var answer = await Client.RunAsync(api.Data, "trace", "import", folder.Path);

        Assert.Equal(1, answer.Code);
        Assert.Equal(9, api.Requests.Count);
        for (var number = 1; number <= 9; number++) Assert.Equal($"zip {number}", bodies[BatchNamed(number)]);
        Assert.Contains("7 files stored with 70 lines, 1 already there, 1 refused.", answer.Errors, StringComparison.Ordinal);
        Assert.Contains("batch-differs: Received with other content.", answer.Errors, StringComparison.Ordinal);
        Assert.Contains("2 files", answer.Errors, StringComparison.Ordinal);
        Assert.Contains("README.md", answer.Errors, StringComparison.Ordinal);
        Assert.Contains("other.zip", answer.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Import_ServiceAsksToWait_SendsAgainAndSucceeds()
    {
        using var folder = new TestFolder();
        await File.WriteAllTextAsync(folder.File(BatchNamed(1)), "zip");
        var asked = 0;
        await using var api = await FakeApi.StartAsync(context =>
        {
            if (Interlocked.Increment(ref asked) > 2) return StoredAsync(context);
            context.Response.Headers.RetryAfter = "1";
            return FakeApi.ProblemAsync(context, 503, "storage-unavailable", "Full.");
        });

        var answer = await Client.RunAsync(api.Data, "trace", "import", folder.File(BatchNamed(1)));

        Assert.True(answer.Code == 0, answer.Errors);
        Assert.Equal(3, api.Requests.Count);
    }

    [Fact]
    public async Task Import_ConnectionBreaks_SendsAgain()
    {
        using var folder = new TestFolder();
        await File.WriteAllTextAsync(folder.File(BatchNamed(1)), "zip");
        var asked = 0;
        await using var api = await FakeApi.StartAsync(context =>
        {
            if (Interlocked.Increment(ref asked) > 1) return StoredAsync(context, stored: false);
            context.Abort();
            return Task.CompletedTask;
        });

        var answer = await Client.RunAsync(api.Data, "trace", "import", folder.Path);

        Assert.True(answer.Code == 0, answer.Errors);
        Assert.Contains("1 already there", answer.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Import_LinkInCircle_Ends()
    {
        using var folder = new TestFolder();
        await File.WriteAllTextAsync(folder.File(BatchNamed(1)), "zip");
        Directory.CreateSymbolicLink(folder.File("circle"), folder.Path);
        await using var api = await FakeApi.StartAsync(context => StoredAsync(context));
        var answer = await Client.RunAsync(api.Data, "trace", "import", folder.Path);
        Assert.Equal(0, answer.Code);
        Assert.Single(api.Requests);
    }

    [Theory]
    [InlineData("absent")]
    [InlineData("name.zip")]
    public async Task Import_NoBatchNamed_IsWrongUsage(string name)
    {
        using var folder = new TestFolder();
        await File.WriteAllTextAsync(folder.File("name.zip"), "");
        await using var api = await FakeApi.StartAsync(context => StoredAsync(context));
        var answer = await Client.RunAsync(api.Data, "trace", "import", folder.File(name));
        Assert.Equal(2, answer.Code);
        Assert.Contains(name, answer.Errors, StringComparison.Ordinal);
        Assert.Empty(api.Requests);
    }
}
