using System.Text.Json;
using Akashi.Platform.Crypto;
using Akashi.Platform.Database;
using Akashi.Platform.Tenancy;
using Npgsql;

namespace Akashi.Bench.Platform;

/// <summary>The running service's database and keys, for measuring a part of the platform inside this process.</summary>
internal sealed class PlatformSetting : IAsyncDisposable
{
    private PlatformSetting(BenchService service, string ownerConnection, string applicationConnection, string operatorConnection)
    {
        (Service, OwnerConnection) = (service, ownerConnection);
        Database = new AkashiDatabase(applicationConnection, operatorConnection);
        Keys = KeyStore.Open(Path.Combine(service.Folder, "keys"));
    }

    public BenchService Service { get; }

    public string OwnerConnection { get; }

    public AkashiDatabase Database { get; }

    public KeyStore Keys { get; }

    /// <summary>The first customer.</summary>
    public TenantId Tenant { get; private set; }

    /// <summary>Whether tables are filled as in a large service (AKASHI_BENCH_FULL=1, minutes), or just enough to be no toy.</summary>
    public static bool Full => Environment.GetEnvironmentVariable("AKASHI_BENCH_FULL") == "1";

    public static async Task<PlatformSetting> OpenAsync(BenchService service)
    {
        using var config = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(service.Folder, "config.json")));
        var setting = new PlatformSetting(service, Text("ownerConnection"), Text("applicationConnection"), Text("operatorConnection"));
        setting.Tenant = new TenantId(await setting.ScalarAsOwnerAsync<Guid>("SELECT id FROM identity.tenant WHERE kind <> 'operator' ORDER BY support_id LIMIT 1"));
        return setting;

        string Text(string name) => config.RootElement.GetProperty(name).GetString()!;
    }

    /// <summary>Past row-level security, without a time limit: for filling tables and reading settings.</summary>
    public async Task<T> ScalarAsOwnerAsync<T>(string sql, params NpgsqlParameter[] parameters)
    {
        await using var connection = new NpgsqlConnection(OwnerConnection);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        command.Parameters.AddRange(parameters);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    public ValueTask DisposeAsync() => Database.DisposeAsync();
}
