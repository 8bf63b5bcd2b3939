using System.Text.Json;
using Dapper;
using Npgsql;

namespace Akashi.TestKit.Service;

/// <summary>A running service's PostgreSQL as its owner sees it, past row-level security; for looking, not for changing.</summary>
public sealed class ServiceDatabase(string data)
{
    private string Connection
    {
        get
        {
            using var config = JsonDocument.Parse(File.ReadAllText(Path.Combine(data, "config.json")));
            return new NpgsqlConnectionStringBuilder(config.RootElement.GetProperty("ownerConnection").GetString()) { Pooling = false }.ConnectionString;
        }
    }

    public async Task<IReadOnlyList<T>> QueryAsync<T>(string sql, object? parameters = null)
    {
        await using var connection = new NpgsqlConnection(Connection);
        return (await connection.QueryAsync<T>(sql, parameters)).AsList();
    }

    public async Task<T> SingleAsync<T>(string sql, object? parameters = null) => (await QueryAsync<T>(sql, parameters)).Single();

    /// <summary>Fingerprint of all rows of the given tables, to prove that nothing changed.</summary>
    public async Task<IReadOnlyDictionary<string, string>> FingerprintAsync(params IEnumerable<string> tables)
    {
        var prints = new Dictionary<string, string>(StringComparer.Ordinal);
        // Table names cannot be parameters; they are the test's own constants.
        foreach (var table in tables) prints[table] = await SingleAsync<string>($"SELECT count(*) || ':' || coalesce(md5(string_agg(t::text, E'\\n' ORDER BY t::text)), '') FROM {table} t");
        return prints;
    }
}
