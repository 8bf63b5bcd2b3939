using System.Text.Json;
using Akashi.Platform.Crypto;
using Akashi.Platform.Database;
using Akashi.Platform.Tenancy;
using Npgsql;

namespace Akashi.Bench.Platform;

/// <summary>The running service's database and keys, for measuring a part of the platform inside this process.</summary>
internal sealed class PlatformSetting : IAsyncDisposable
{
    private readonly NpgsqlDataSource _owner;

    private PlatformSetting(BenchService service, string ownerConnection, string applicationConnection, string operatorConnection)
    {
        (Service, OwnerConnection) = (service, ownerConnection);
        _owner = NpgsqlDataSource.Create(ownerConnection);
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

    /// <summary>Past row-level security, without a time limit, as the two below: for filling tables and reading settings.</summary>
    public async Task<T> ScalarAsOwnerAsync<T>(string sql, params (string Name, object Value)[] parameters)
    {
        await using var command = CreateAsOwner(sql, parameters);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    public async Task ExecuteAsOwnerAsync(string sql, params (string Name, object Value)[] parameters)
    {
        await using var command = CreateAsOwner(sql, parameters);
        await command.ExecuteNonQueryAsync();
    }

    public async Task<List<(T1 First, T2 Second)>> PairsAsOwnerAsync<T1, T2>(string sql)
    {
        await using var command = CreateAsOwner(sql, []);
        await using var reader = await command.ExecuteReaderAsync();
        var pairs = new List<(T1, T2)>();
        while (await reader.ReadAsync()) pairs.Add((reader.GetFieldValue<T1>(0), reader.GetFieldValue<T2>(1)));
        return pairs;
    }

    private NpgsqlCommand CreateAsOwner(string sql, (string Name, object Value)[] parameters)
    {
        var command = _owner.CreateCommand(sql);
        command.CommandTimeout = 0;
        foreach (var (name, value) in parameters) command.Parameters.AddWithValue(name, value);
        return command;
    }

    public async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        await _owner.DisposeAsync();
    }
}
