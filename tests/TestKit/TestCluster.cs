using System.Diagnostics;
using System.Globalization;
using Akashi.Platform.Database;
using Akashi.TestKit.Nodes;
using Akashi.TestKit.Secrets;
using Npgsql;

namespace Akashi.TestKit;

/// <summary>One PostgreSQL for the whole test process: started at first use, ended with the process.</summary>
public sealed class TestCluster
{
    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(5);
    private static readonly Lazy<Task<TestCluster>> Single = new(StartAsync);

    private readonly PrivateCluster _cluster;

    private TestCluster(PrivateCluster cluster)
    {
        _cluster = cluster;
        foreach (var connection in new[] { OwnerConnection, ApplicationConnection, OperatorConnection })
            TestOutput.Kept?.Note(new NpgsqlConnectionStringBuilder(connection).Password ?? "");
    }

    public static Task<TestCluster> GetAsync() => Single.Value;

    /// <summary>Superuser; for making databases and looking at statistics only.</summary>
    public string AdminConnection => _cluster.AdminConnection;

    internal string OwnerConnection => _cluster.OwnerConnection;

    internal string ApplicationConnection => _cluster.ApplicationConnection;

    internal string OperatorConnection => _cluster.OperatorConnection;

    private static async Task<TestCluster> StartAsync()
    {
        foreach (var orphan in TestFolder.Orphans().ToList())
        {
            TestNode.EndOrphans(orphan);
            EndPostmaster(orphan);
            TestFolder.Remove(orphan);
        }
        var folder = new TestFolder();
        var cluster = new PrivateCluster(folder.File("pg"), folder.File("s"), durable: false);
        var postmaster = await cluster.StartAsync(CancellationToken.None);
        AppDomain.CurrentDomain.ProcessExit += (_, _) =>
        {
            EndPostmaster(folder.Path);
            postmaster.WaitForExit(EndPatience);
            folder.Dispose();
        };
        return new TestCluster(cluster);
    }

    /// <summary>Immediate shutdown of the postmaster whose data lies in the folder, by its id; nothing in it is worth keeping.</summary>
    private static void EndPostmaster(string folder)
    {
        var lockFile = Path.Combine(folder, "pg", "data", "postmaster.pid");
        if (!File.Exists(lockFile) || !int.TryParse(File.ReadLines(lockFile).FirstOrDefault(), out var id)) return;
        var commandLine = $"/proc/{id}/cmdline";
        if (!File.Exists(commandLine) || !File.ReadAllText(commandLine).Contains(folder, StringComparison.Ordinal)) return;
        using var kill = Process.Start("kill", ["-QUIT", id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }
}
