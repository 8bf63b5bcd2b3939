using System.Text;
using System.Text.Json;
using Akashi.Durability;
using Akashi.Endpoints.Contracts;
using Akashi.Identity.Contracts;
using Akashi.Platform.Hosting;
using Akashi.Platform.Web;

namespace Akashi.Host;

/// <summary>
/// <c>DATA/ready.json</c> (0600): addresses, an API token and the activation links, for the person and the tools on this machine.
/// Written once everything else of the first start is in place; when it is lost, the next start issues fresh access.
/// </summary>
internal static class ReadyFile
{
    private const string FileName = "ready.json";
    private const string EnrolmentTokenFile = "agent-enrolment.token";
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    private sealed record Content(
        IReadOnlyDictionary<string, string> Addresses, string? SupportId, string? ApiToken, string? OperatorApiToken, string? AdministratorLink, string? OperatorLink, string Authority);

    public static async Task EnsureAsync(IServiceProvider services, ServerOptions options, CancellationToken cancellation)
    {
        var hosts = services.GetRequiredService<ServiceHosts>();
        var addresses = hosts.All.ToDictionary(host => host.ToString().ToLowerInvariant(), hosts.OriginOf);
        var path = Path.Combine(options.Data, FileName);
        // A file of an earlier version has no token for operators.
        if (Read(path) is { OperatorApiToken: not null } known && known.Addresses.Count == addresses.Count && known.Addresses.All(address => addresses.GetValueOrDefault(address.Key) == address.Value)) return;

        var access = await LocalAccess.EnsureAsync(services, services.GetRequiredService<NodeRegister>().NameBesideOthers, cancellation);
        if (access.Customer is { } customer) await services.GetRequiredService<LocalEnrolment>().WriteTokenAsync(customer.Tenant, Path.Combine(options.Data, EnrolmentTokenFile), cancellation);
        var content = new Content(addresses, access.Customer?.SupportId, access.Customer?.ApiToken, access.Operator.ApiToken, access.Customer?.Link, access.Operator.Link, Path.Combine(options.Data, "authority.pem"));
        DurableFile.Write(path, Encoding.UTF8.GetBytes(JsonSerializer.Serialize(content, Format)));
    }

    private static Content? Read(string path)
    {
        try
        {
            return File.Exists(path) ? JsonSerializer.Deserialize<Content>(File.ReadAllBytes(path), Format) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
