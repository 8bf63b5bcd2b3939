using System.Net;
using System.Net.Sockets;
using Akashi.TestKit;

namespace Akashi.Cli.Tests;

public sealed class DoctorTests
{
    [Fact]
    public async Task Doctor_FreshFolder_NamesEveryCheckAndSaysWhatToDo()
    {
        using var folder = new TestFolder();
        await File.WriteAllTextAsync(folder.File("config.json"), $$"""{ "port": {{LoopbackNames.FreePort()}} }""");

        var answer = await Client.RunAsync(folder.Path, "doctor");

        foreach (var subject in (string[])[".NET SDK", "PostgreSQL", "libzstd", "ICU", "Port ", "Service", "Names", "Clock", "Time zone", "Disk", "Encrypted volume", "Database"])
            Assert.Contains(answer.Lines, line => line[6..].StartsWith(subject, StringComparison.Ordinal));
        Assert.Equal(answer.Lines.Any(line => line.StartsWith("FAIL", StringComparison.Ordinal)) ? 1 : 0, answer.Code);
    }

    [Fact]
    public async Task Doctor_PortTaken_Fails()
    {
        using var folder = new TestFolder();
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        await File.WriteAllTextAsync(folder.File("config.json"), $$"""{ "port": {{port}} }""");

        var answer = await Client.RunAsync(folder.Path, "doctor");

        Assert.Equal(1, answer.Code);
        Assert.Contains(answer.Lines, line => line.StartsWith($"FAIL  Port {port}", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Doctor_ProductionOnPlainVolumeOrLooseKeys_Fails()
    {
        using var folder = new TestFolder();
        await File.WriteAllTextAsync(folder.File("config.json"), $$"""{ "port": {{LoopbackNames.FreePort()}}, "production": true }""");
        Directory.CreateDirectory(folder.File("keys"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherRead);

        var answer = await Client.RunAsync(folder.Path, "doctor");

        Assert.Equal(1, answer.Code);
        if (!Akashi.Platform.Hosting.Volume.IsEncrypted(folder.Path)) Assert.Contains(answer.Lines, line => line.StartsWith("FAIL  Encrypted volume", StringComparison.Ordinal));
        Assert.Contains(answer.Lines, line => line.StartsWith("FAIL  Key store", StringComparison.Ordinal));
    }
}
