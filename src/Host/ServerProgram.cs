using Akashi.Platform.Database;
using Akashi.Platform.Hosting;
using Akashi.Platform.Merkle;
using Akashi.Platform.Objects;
using Akashi.Platform.Web;
using Microsoft.Extensions.Logging.Console;

namespace Akashi.Host;

/// <summary>The commands of <c>akashi-server</c>: <c>run</c>, <c>migrate</c>, <c>verify</c>, and those of <see cref="BackupCommands"/>.</summary>
internal static class ServerProgram
{
    private const int BadUsage = 2;
    private const int WorkerThreads = 64;

    public static async Task<int> RunAsync(AkashiModule[] modules, string[] arguments)
    {
        if (StartChecks.Globalisation() is { } fault) return Refuse(fault);
        var rest = arguments[Math.Min(1, arguments.Length)..];
        if (arguments.FirstOrDefault() == "restore") return await BackupCommands.RestoreAsync(rest);
        var options = ServerSettings.Load(rest);
        var faults = options.Validate();
        if (faults.Count > 0) return Refuse(string.Join(Environment.NewLine, faults));
        return arguments.FirstOrDefault() switch
        {
            "run" => await RunServerAsync(modules, options),
            "migrate" => await MigrateAsync(modules, options),
            "verify" => await VerifyAsync(modules, options),
            "backup" => await WithServicesAsync(modules, options, services => BackupCommands.RunAsync(services, options, rest)),
            "backup-list" => await BackupCommands.ListAsync(options, rest),
            "backup-verify" => await BackupCommands.VerifyAsync(options, rest),
            var other => Refuse($"'{other}' is no command. Use: akashi-server run|migrate|verify|backup|backup-list|backup-verify|restore --data DIR"),
        };
    }

    private static int Refuse(string message)
    {
        Console.Error.WriteLine(message);
        return BadUsage;
    }

    private static async Task<int> RunServerAsync(AkashiModule[] modules, ServerOptions options)
    {
        if ((StartChecks.EncryptedVolume(options) ?? StartChecks.RealClock(options)) is { } fault) return Refuse(fault);
        // Archiving waits for the disk on pool threads; with the default of one a core, a few batches would hold up every sign-in.
        ThreadPool.SetMinThreads(WorkerThreads, WorkerThreads);
        var builder = CreateBuilder(modules, options);
        builder.WebHost.UseAkashiKestrel(options);
        var app = builder.Build();
        try
        {
            await StartAsync(modules, options, app.Services);
        }
        catch (NodeRefusedException e)
        {
            await app.DisposeAsync();
            return Refuse(e.Message);
        }
        app.UseAkashiWeb(modules);
        await app.RunAsync();
        return 0;
    }

    /// <summary>All that comes before the first request.</summary>
    private static async Task StartAsync(AkashiModule[] modules, ServerOptions options, IServiceProvider services)
    {
        await using var turn = await StartTurn.TakeAsync(options.OwnerConnection, CancellationToken.None);
        await ApplyMigrationsAsync(modules, options, services);
        await services.GetRequiredService<NodeRegister>().JoinAsync(CancellationToken.None);
        _ = services.GetRequiredService<HeadSigner>(); // makes its key at the first start
        // With files we are the only node, so nobody is writing; a shared store's leavings may be another node's uploads under way.
        var objects = services.GetRequiredService<IObjectStore>();
        if (objects.IsLocal) await objects.SweepAsync(services.GetRequiredService<TimeProvider>().GetUtcNow(), CancellationToken.None);
        foreach (var module in modules) await module.StartAsync(services, CancellationToken.None);
        await ReadyFile.EnsureAsync(services, options, CancellationToken.None);
    }

    private static async Task<int> MigrateAsync(AkashiModule[] modules, ServerOptions options)
    {
        await using var app = CreateBuilder(modules, options).Build();
        var count = await ApplyMigrationsAsync(modules, options, app.Services);
        Console.WriteLine($"{count} migrations applied.");
        return 0;
    }

    private static async Task<int> WithServicesAsync(AkashiModule[] modules, ServerOptions options, Func<IServiceProvider, Task<int>> work)
    {
        await using var app = CreateBuilder(modules, options).Build();
        return await work(app.Services);
    }

    private static async Task<int> VerifyAsync(AkashiModule[] modules, ServerOptions options)
    {
        await using var app = CreateBuilder(modules, options).Build();
        var sound = true;
        foreach (var check in app.Services.GetServices<IArchiveCheck>())
            sound &= await check.VerifyAsync(Console.Out, CancellationToken.None);
        Console.WriteLine(sound ? "verify: clean" : "verify: DAMAGED, see above");
        return sound ? 0 : 1;
    }

    private static WebApplicationBuilder CreateBuilder(AkashiModule[] modules, ServerOptions options)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.Logging.ClearProviders().AddConsole(console => console.FormatterName = JstLog.FormatterName)
            .AddConsoleFormatter<JstLog, ConsoleFormatterOptions>();
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning).AddFilter("Npgsql", LogLevel.Warning);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(20));
        builder.Services.AddAkashiWeb(options);
        foreach (var module in modules) module.AddServices(builder.Services, options);
        return builder;
    }

    private static Task<int> ApplyMigrationsAsync(AkashiModule[] modules, ServerOptions options, IServiceProvider services)
    {
        var migrator = new Migrator(options.OwnerConnection, services.GetRequiredService<ILogger<Migrator>>());
        return migrator.ApplyAsync([typeof(AkashiModule).Assembly, .. modules.Select(module => module.GetType().Assembly)], CancellationToken.None);
    }
}
