namespace Akashi.Platform.Web;

/// <summary>The host names of the service, each with its own certificate and cookie.</summary>
public enum ServiceHost
{
    Portal,
    Console,
    Agent,
    Storage,
    Api,
    Enrol,
}

/// <summary>Maps hosts to names under the base domain.</summary>
public sealed class ServiceHosts
{
    private readonly Dictionary<string, ServiceHost> _byName = new(StringComparer.OrdinalIgnoreCase);

    public ServiceHosts(string baseDomain, int port)
    {
        (BaseDomain, Port) = (baseDomain, port);
        foreach (var host in Enum.GetValues<ServiceHost>()) _byName[NameOf(host)] = host;
    }

    public string BaseDomain { get; }

    /// <summary>The port that clients connect to.</summary>
    public int Port { get; }

    public IEnumerable<ServiceHost> All => _byName.Values;

    public string NameOf(ServiceHost host) => $"{host.ToString().ToLowerInvariant()}.{BaseDomain}";

    public ServiceHost? Find(string? name) => name is not null && _byName.TryGetValue(name, out var host) ? host : null;

    /// <summary>For example <c>https://console.akashi.localhost:8443</c>; the port is left out when it is 443.</summary>
    public string OriginOf(ServiceHost host) => Port == 443 ? $"https://{NameOf(host)}" : $"https://{NameOf(host)}:{Port}";
}
