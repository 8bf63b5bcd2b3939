using System.Text.Json;
using System.Text.Json.Nodes;
using Akashi.Supervisor;
using Npgsql;

namespace Akashi.Cli.Doctor;

/// <summary>Connects as the service does.</summary>
internal static class DatabaseCheck
{
    private const int PatienceSeconds = 5;

    public static async Task<Finding> RunAsync(DataFolder data, CancellationToken cancellation)
    {
        var subject = Words.Say("Database", "データベース");
        try
        {
            var config = JsonNode.Parse(await File.ReadAllTextAsync(data.ConfigFile, cancellation));
            var text = config?["applicationConnection"]?.GetValue<string>() ?? throw new JsonException("applicationConnection is missing");
            var connectionString = new NpgsqlConnectionStringBuilder(text) { Timeout = PatienceSeconds, CommandTimeout = PatienceSeconds, Pooling = false }.ConnectionString;
            await using var connection = new NpgsqlConnection(connectionString);
            await connection.OpenAsync(cancellation);
            return Finding.Ok(subject, $"PostgreSQL {connection.PostgreSqlVersion}");
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return Finding.Warn(subject, Words.Say("not made yet", "まだありません"), "./akashi up");
        }
        catch (Exception e) when (e is NpgsqlException or JsonException or InvalidOperationException or ArgumentException or UnauthorizedAccessException or TimeoutException)
        {
            var advice = Words.Say($"Start the service with ./akashi up; if it runs, see {Path.Combine(data.PostgreSqlFolder, "postgresql.log")}", $"./akashi up で起動してください。動いている場合は {Path.Combine(data.PostgreSqlFolder, "postgresql.log")} を確認してください");
            return InstanceLock.IsHeld(data) ? Finding.Fail(subject, e.Message, advice) : Finding.Warn(subject, Words.Say("not reachable while the service does not run", "サービス停止中のため接続できません"), advice);
        }
    }
}
