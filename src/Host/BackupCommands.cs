using System.Globalization;
using Akashi.Platform.Backup;
using Akashi.Platform.Calendar;
using Akashi.Platform.Hosting;

namespace Akashi.Host;

/// <summary><c>backup</c>, <c>backup-list</c>, <c>backup-verify</c> and <c>restore</c>.</summary>
internal static class BackupCommands
{
    private const int Failed = 1;
    private const int BadUsage = 2;

    public static async Task<int> RunAsync(IServiceProvider services, ServerOptions options, string[] arguments)
    {
        var given = Read(arguments);
        if ((given["to"] ?? options.Backup.To) is not { Length: > 0 } to) return NoFolder();
        return await TryAsync(async () =>
        {
            var manifest = await services.GetRequiredService<BackupRun>().RunAsync(Path.GetFullPath(to), given["what"] == "log", CancellationToken.None);
            Console.WriteLine($"backup: generation {manifest.Generation} run {manifest.Run.ToString(CultureInfo.InvariantCulture)}, {manifest.FileCount} files");
            Console.WriteLine($"Without '{options.Backup.KeyFileIn(options.Data)}' the backup cannot be read. Keep a copy of that file apart from '{to}' and '{options.Backup.KeysFolderFor(to)}'.");
            return 0;
        });
    }

    public static async Task<int> ListAsync(ServerOptions options, string[] arguments)
    {
        var given = Read(arguments);
        if ((given["to"] ?? options.Backup.To) is not { Length: > 0 } from) return NoFolder();
        return await TryAsync(async () =>
        {
            foreach (var manifest in await BackupCheck.ListAsync(from, KeyFile(given, options), CancellationToken.None))
                Console.WriteLine(string.Join('\t', manifest.Generation, manifest.Run.ToString(CultureInfo.InvariantCulture), manifest.Database is null ? "log" : "whole",
                    manifest.MadeAt.ToOffset(JstDay.Offset).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture), manifest.FileCount.ToString(CultureInfo.InvariantCulture),
                    (manifest.FileBytes + manifest.Entries.Sum(entry => entry.Bytes)).ToString(CultureInfo.InvariantCulture)));
            return 0;
        });
    }

    public static async Task<int> VerifyAsync(ServerOptions options, string[] arguments)
    {
        var given = Read(arguments);
        if ((given["to"] ?? options.Backup.To) is not { Length: > 0 } from) return NoFolder();
        return await TryAsync(async () =>
        {
            var faults = await BackupCheck.FaultsAsync(from, KeyFile(given, options), CancellationToken.None);
            foreach (var fault in faults) Console.WriteLine(fault);
            Console.WriteLine(faults.Count == 0 ? "backup: whole" : "backup: DAMAGED, see above");
            return faults.Count == 0 ? 0 : Failed;
        });
    }

    public static async Task<int> RestoreAsync(string[] arguments)
    {
        var given = Read(arguments);
        if (given["from"] is not { Length: > 0 } from || given["data"] is not { Length: > 0 } data || given["key"] is not { Length: > 0 } key)
        {
            Console.Error.WriteLine("Use: akashi-server restore --from DIR --data NEWDIR --key FILE [--keys-from DIR] [--generation NAME]");
            return BadUsage;
        }
        return await TryAsync(async () =>
        {
            var keys = given["keys-from"] ?? new BackupOptions().KeysFolderFor(from);
            var manifest = await BackupRestore.RunAsync(new RestoreOrder(Path.GetFullPath(from), Path.GetFullPath(keys), Path.GetFullPath(key), Path.GetFullPath(data), given["generation"]), CancellationToken.None);
            Console.WriteLine($"restore: generation {manifest.Generation} run {manifest.Run.ToString(CultureInfo.InvariantCulture)}, {manifest.FileCount} files, in '{data}'. Start it with ./akashi up --data '{data}', then run ./akashi verify --data '{data}'.");
            return 0;
        });
    }

    private static async Task<int> TryAsync(Func<Task<int>> work)
    {
        try
        {
            return await work();
        }
        catch (Exception e) when (e is BackupException or IOException or UnauthorizedAccessException or Npgsql.NpgsqlException or Amazon.Runtime.AmazonServiceException)
        {
            Console.Error.WriteLine(e.Message);
            return Failed;
        }
    }

    private static int NoFolder()
    {
        Console.Error.WriteLine("Where to? Give --to DIR, or set backup.to in config.json.");
        return BadUsage;
    }

    private static string KeyFile(IConfiguration given, ServerOptions options) => given["key"] ?? options.Backup.KeyFileIn(options.Data);

    private static IConfigurationRoot Read(string[] arguments) => new ConfigurationBuilder().AddCommandLine(arguments).Build();
}
