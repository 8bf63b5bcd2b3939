using Akashi.Supervisor.Keep;
using Akashi.TestKit;

namespace Akashi.Supervisor.Tests.Keep;

public sealed class LogRotationTests
{
    [Fact]
    public void RotateAll_FullLog_IsCutWhileItsWriterGoesOn()
    {
        using var folder = new TestFolder();
        var file = folder.File("server.log");
        var rotation = new LogRotation([folder.Path], new RunLog(TimeProvider.System, TextWriter.Null), TimeProvider.System, maximumBytes: 10);
        using var writer = new StreamWriter(new FileStream(file, FileMode.Append, FileAccess.Write, FileShare.ReadWrite)) { AutoFlush = true };

        for (var round = 1; round <= 5; round++)
        {
            writer.Write($"round {round} is long enough");
            rotation.RotateAll();
            Assert.Equal(0, new FileInfo(file).Length);
        }

        Assert.Equal("round 5 is long enough", File.ReadAllText(file + ".1").TrimStart('\0'));
        Assert.Equal("round 3 is long enough", File.ReadAllText(file + ".3").TrimStart('\0'));
        Assert.False(File.Exists(file + ".4"));
    }

    [Fact]
    public void RotateAll_SmallLogOrNoFolder_ChangesNothing()
    {
        using var folder = new TestFolder();
        File.WriteAllText(folder.File("a.log"), "short");
        new LogRotation([folder.Path, folder.File("absent")], new RunLog(TimeProvider.System, TextWriter.Null), TimeProvider.System, maximumBytes: 10).RotateAll();
        Assert.Equal("short", File.ReadAllText(folder.File("a.log")));
        Assert.Single(Directory.GetFiles(folder.Path));
    }
}
