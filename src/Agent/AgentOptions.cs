namespace Akashi.Agent;

/// <summary>Command line of <c>akashi-agent run</c>.</summary>
/// <param name="Data">The agent's own folder, 0700.</param>
/// <param name="Service">Base address, for example https://akashi.localhost:8443; the hosts enrol. and agent. are below it.</param>
/// <param name="TokenFile">One-time enrolment token; needed once and deleted after it.</param>
/// <param name="Authority">PEM of the certificate authorities to trust for the service; needed until the first enrolment.</param>
/// <param name="SpoolBytes">Bound of the spool on disk, 16 MB to 1 TB; default 2 GB.</param>
internal sealed record AgentOptions(string Data, Uri Service, string? TokenFile, string? Authority, long SpoolBytes)
{
    public const string Usage = "Usage: akashi-agent run --data DIR --service https://HOST[:PORT] [--token-file FILE] [--authority FILE.pem] [--spool-bytes N]";
    private const long LeastSpool = 16L << 20, MostSpool = 1L << 40;

    public Uri HostAddress(string host) => new UriBuilder(Service) { Host = $"{host}.{Service.Host}" }.Uri;

    /// <summary>Every problem at once, or none.</summary>
    public static AgentOptions? Parse(IReadOnlyList<string> arguments, List<string> problems)
    {
        if (arguments is not ["run", ..])
        {
            problems.Add($"'{string.Join(' ', arguments)}' is no command. {Usage}");
            return null;
        }
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 1; i < arguments.Count; i += 2)
        {
            if (arguments[i] is not ("--data" or "--service" or "--token-file" or "--authority" or "--spool-bytes")) problems.Add($"'{arguments[i]}' is no option. {Usage}");
            else if (i + 1 == arguments.Count) problems.Add($"Option '{arguments[i]}' has no value.");
            else if (!values.TryAdd(arguments[i], arguments[i + 1])) problems.Add($"Option '{arguments[i]}' is given twice.");
        }
        if (!values.TryGetValue("--data", out var data) || data.Length == 0) problems.Add("--data is missing: the folder for the agent's key and spool.");
        var service = values.GetValueOrDefault("--service");
        if (!Uri.TryCreate(service, UriKind.Absolute, out var address) || address.Scheme != Uri.UriSchemeHttps || address.HostNameType != UriHostNameType.Dns)
            problems.Add($"--service '{service}' is no https address with a host name, for example https://akashi.localhost:8443.");
        var spool = 2L << 30;
        if (values.TryGetValue("--spool-bytes", out var text) && (!long.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out spool) || spool is < LeastSpool or > MostSpool))
            problems.Add($"--spool-bytes '{text}' is no number from {LeastSpool} to {MostSpool}.");
        // The token file is gone after the first start; the authority must exist when it is named.
        if (values.TryGetValue("--authority", out var authority) && !File.Exists(authority)) problems.Add($"--authority '{authority}' does not exist.");
        return problems.Count > 0 ? null : new AgentOptions(Path.GetFullPath(data!), address!, values.GetValueOrDefault("--token-file"), authority, spool);
    }
}
