namespace Akashi.Platform.Hosting;

/// <summary>A ClickHouse server or cluster that holds the searchable traces: the section <c>traces.clickHouse</c> of the settings.</summary>
public sealed record ClickHouseOptions
{
    /// <summary>Addresses of the HTTP interface, for example <c>https://ch1:8443</c>; the first that answers is asked. None: traces are not kept in ClickHouse.</summary>
    public IReadOnlyList<string> Urls { get; init; } = [];

    /// <summary>A database of its own; made if it is not there.</summary>
    public string Database { get; init; } = "akashi";

    public string User { get; init; } = "default";

    public string Password { get; init; } = "";

    /// <summary>Name of the cluster in the servers' configuration, which also has the macros <c>shard</c> and <c>replica</c>; empty for a single server.</summary>
    public string Cluster { get; init; } = "";

    public bool IsSet => Urls.Count > 0;

    internal IEnumerable<string> Validate()
    {
        foreach (var url in Urls)
        {
            if (!Uri.TryCreate(url, UriKind.Absolute, out var address) || address.Scheme is not ("https" or "http") || address.UserInfo.Length > 0) yield return $"traces.clickHouse.urls: '{url}' is not an address such as https://clickhouse-1:8443.";
            else if (address.Scheme == "http" && !address.IsLoopback) yield return $"traces.clickHouse.urls: '{url}' is not encrypted; http is for this machine only.";
        }
        if (!IsName(Database)) yield return $"traces.clickHouse.database: '{Database}' is no name of letters, digits and _.";
        if (Cluster.Length > 0 && !IsName(Cluster)) yield return $"traces.clickHouse.cluster: '{Cluster}' is no name of letters, digits and _.";
        if (!IsSet && Cluster.Length > 0) yield return "traces.clickHouse.urls: a cluster is named, but no address of it.";
    }

    /// <summary>Names stand in statements as they are.</summary>
    private static bool IsName(string name) => name.Length is > 0 and <= 64 && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_') && !char.IsAsciiDigit(name[0]);
}
