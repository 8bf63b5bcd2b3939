using Akashi.TestKit;
using Akashi.TestKit.Service;

namespace Akashi.App.Tests.Hosts;

/// <summary>A second server on the database of one that keeps its objects in files.</summary>
[Collection(SharedService.Name)]
public sealed class SecondNodeTests(ServiceFixture fixture)
{
    [Fact]
    public async Task Run_OnTheDatabaseOfAServerWithFiles_IsRefusedAndTheFirstGoesOn()
    {
        using var folder = new TestFolder();
        File.Copy(Path.Combine(fixture.Service.Data, "config.json"), folder.File("config.json"));
        var second = await ProgramRun.OfAsync(BuiltPrograms.Server, "run", "--data", folder.Path, "--port", $"{LoopbackNames.FreePort()}");
        Assert.Equal(2, second.Code);
        Assert.Contains("Several nodes need objects.kind \"s3\"", second.Errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder.File("segments")), "the second one touched nothing");
        Assert.Equal(0, (await fixture.Service.VerifyAsync()).Code);
    }

    [Fact]
    public async Task Run_OnTheSameFolder_IsRefused()
    {
        var second = await ProgramRun.OfAsync(BuiltPrograms.Server, "run", "--data", fixture.Service.Data, "--port", $"{LoopbackNames.FreePort()}");
        Assert.Equal(2, second.Code);
        Assert.Contains("Another server runs on", second.Errors, StringComparison.Ordinal);
    }
}
