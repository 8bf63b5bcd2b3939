using System.Collections.Concurrent;
using System.Globalization;
using System.Reflection;
using Akashi.Platform.Database;
using Akashi.Platform.Web;
using Dapper;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Akashi.TestKit;

/// <summary>A database of its own, cloned from a template that has the migrations of the given modules. Dropped when disposed.</summary>
public sealed class TestDatabase : IAsyncDisposable
{
    private static readonly ConcurrentDictionary<string, Lazy<Task<string>>> Templates = new(StringComparer.Ordinal);
    private static readonly SemaphoreSlim Cloning = new(1, 1); // a template can be copied by one session at a time
    private static int _count;

    private readonly string _name;
    private readonly TestCluster _cluster;

    private TestDatabase(TestCluster cluster, string name)
    {
        (_cluster, _name) = (cluster, name);
        OwnerConnection = In(cluster.OwnerConnection, name);
        ApplicationConnection = In(cluster.ApplicationConnection, name);
        OperatorConnection = In(cluster.OperatorConnection, name);
        AdminConnection = In(cluster.AdminConnection, name);
        Application = new AkashiDatabase(ApplicationConnection, OperatorConnection);
    }

    /// <summary>The role that owns the schema; row-level security does not bind it.</summary>
    public string OwnerConnection { get; }

    /// <summary>The role that the service uses.</summary>
    public string ApplicationConnection { get; }

    /// <summary>The role of operators on a customer's data.</summary>
    public string OperatorConnection { get; }

    public string AdminConnection { get; }

    /// <summary>As the service sees the database.</summary>
    public AkashiDatabase Application { get; }

    public static Task<TestDatabase> CreateAsync(params AkashiModule[] modules) => CreateAsync([.. modules.Select(module => module.GetType().Assembly)]);

    public static async Task<TestDatabase> CreateAsync(IReadOnlyList<Assembly> assemblies)
    {
        var cluster = await TestCluster.GetAsync();
        Assembly[] all = [typeof(AkashiModule).Assembly, .. assemblies];
        var key = string.Join('|', all.Select(assembly => assembly.GetName().Name));
        var template = await Templates.GetOrAdd(key, _ => new Lazy<Task<string>>(() => MakeTemplateAsync(cluster, all))).Value;
        var name = NextName("test");
        await CloneAsync(cluster, template, name);
        return new TestDatabase(cluster, name);
    }

    /// <summary>One without any migration, as a service finds it at its first start.</summary>
    public static async Task<TestDatabase> CreateEmptyAsync()
    {
        var cluster = await TestCluster.GetAsync();
        var name = NextName("test");
        await CloneAsync(cluster, "template0", name);
        return new TestDatabase(cluster, name);
    }

    /// <summary>Runs a statement as the owner, past row-level security; for arranging and checking what the service cannot.</summary>
    public async Task<IReadOnlyList<T>> QueryAsOwnerAsync<T>(string sql, object? parameters = null)
    {
        await using var connection = new NpgsqlConnection(OwnerConnection);
        return (await connection.QueryAsync<T>(sql, parameters, commandTimeout: 0)).AsList();
    }

    public async Task<int> ExecuteAsOwnerAsync(string sql, object? parameters = null)
    {
        await using var connection = new NpgsqlConnection(OwnerConnection);
        return await connection.ExecuteAsync(sql, parameters, commandTimeout: 0);
    }

    public async ValueTask DisposeAsync()
    {
        await Application.DisposeAsync();
        foreach (var connectionString in new[] { OwnerConnection, ApplicationConnection, OperatorConnection })
        {
            await using var pooled = new NpgsqlConnection(connectionString);
            NpgsqlConnection.ClearPool(pooled);
        }
        await ExecuteAsAdminAsync(_cluster, $"DROP DATABASE IF EXISTS {_name} WITH (FORCE)");
    }

    private static async Task<string> MakeTemplateAsync(TestCluster cluster, Assembly[] assemblies)
    {
        var name = NextName("template");
        await CloneAsync(cluster, "template0", name);
        var owner = In(cluster.OwnerConnection, name) + ";Pooling=false";
        await new Migrator(owner, NullLogger.Instance).ApplyAsync(assemblies, CancellationToken.None);
        return name;
    }

    // Database names cannot be parameters; these are made of a constant and a number.
    private static async Task CloneAsync(TestCluster cluster, string template, string name)
    {
        await Cloning.WaitAsync();
        try
        {
            await ExecuteAsAdminAsync(cluster, $"CREATE DATABASE {name} OWNER akashi_owner TEMPLATE {template} STRATEGY FILE_COPY");
        }
        finally
        {
            Cloning.Release();
        }
    }

    private static async Task ExecuteAsAdminAsync(TestCluster cluster, string sql)
    {
        await using var connection = new NpgsqlConnection(cluster.AdminConnection);
        await connection.ExecuteAsync(sql);
    }

    private static string NextName(string prefix) => string.Create(CultureInfo.InvariantCulture, $"{prefix}_{Interlocked.Increment(ref _count)}");

    private static string In(string connectionString, string database) => new NpgsqlConnectionStringBuilder(connectionString) { Database = database }.ConnectionString;
}
