using Akashi.Platform.Backup;
using Akashi.Platform.Hosting;
using Akashi.Platform.Mail.Smtp;
using Akashi.Platform.Metrics;
using Akashi.Platform.Objects;

namespace Akashi.Host;

internal static class ServerSettings
{
    public const string FileName = "config.json";

    /// <summary>Reads <c>DATA/config.json</c>, then the environment, then the command line.</summary>
    public static ServerOptions Load(string[] arguments)
    {
        var first = new ConfigurationBuilder().AddEnvironmentVariables("AKASHI__").AddCommandLine(arguments).Build();
        var data = Path.GetFullPath(first["data"] ?? ".");
        var all = new ConfigurationBuilder()
            .AddJsonFile(Path.Combine(data, FileName), optional: true)
            .AddEnvironmentVariables("AKASHI__").AddCommandLine(arguments).Build();
        var listen = all.GetSection("listen").Get<string[]>();
        var clickHouse = all.GetSection("traces:clickHouse").Get<ClickHouseOptions>() ?? new ClickHouseOptions();
        var defaults = new ServerOptions();
        return defaults with
        {
            Data = data,
            Port = all.GetValue("port", defaults.Port),
            Listen = listen ?? defaults.Listen,
            Balancers = all.GetSection("balancers").Get<string[]>() ?? defaults.Balancers,
            KeysFolder = all["keysFolder"] ?? "",
            BaseDomain = all["baseDomain"] ?? defaults.BaseDomain,
            OwnerConnection = all["ownerConnection"] ?? "",
            ApplicationConnection = all["applicationConnection"] ?? "",
            OperatorConnection = all["operatorConnection"] ?? "",
            LocalPrograms = all.GetSection("localPrograms").Get<string[]>() ?? defaults.LocalPrograms,
            Region = all["region"] ?? defaults.Region,
            Production = all.GetValue("production", false),
            RunJobs = all.GetValue("runJobs", defaults.RunJobs),
            Smtp = all.GetSection("smtp").Get<SmtpOptions>() ?? defaults.Smtp,
            Objects = all.GetSection("objects").Get<ObjectStoreOptions>() ?? defaults.Objects,
            Backup = all.GetSection("backup").Get<BackupOptions>() ?? defaults.Backup,
            Telemetry = all.GetSection("telemetry").Get<TelemetryOptions>() ?? defaults.Telemetry,
            EmbeddedTraces = all.GetValue("embeddedTraces", !clickHouse.IsSet),
            ClickHouse = clickHouse,
            AllowUnencryptedVolume = all.GetValue("allowUnencryptedVolume", false),
        };
    }
}
