using Quartz;

namespace Akashi.Platform.Jobs;

/// <summary>Quartz's own script for its tables, from its assembly. It only creates what is missing, so a newer one is applied on top.</summary>
internal static class QuartzSchema
{
    public const string TablePrefix = "quartz.qrtz_";

    private const string Resource = "Quartz.Impl.AdoJobStore.Schema.create_postgres.sql";
    private const string PrefixWithoutSchema = "qrtz_";

    public static string Read()
    {
        using var stream = typeof(IScheduler).Assembly.GetManifestResourceStream(Resource) ?? throw new InvalidOperationException($"This version of Quartz has no '{Resource}'.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().Replace("{0}", TablePrefix, StringComparison.Ordinal).Replace("{1}", PrefixWithoutSchema, StringComparison.Ordinal);
    }
}
