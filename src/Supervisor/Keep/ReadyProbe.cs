using System.Net;
using Akashi.Platform.Web;

namespace Akashi.Supervisor.Keep;

/// <summary>Asks <c>https://api.BASE:PORT/readyz</c> on this machine, trusting the data folder's own authority alone.</summary>
internal sealed class ReadyProbe(DataFolder data, ServiceHosts hosts, IPAddress address)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public async Task<bool> IsReadyAsync(CancellationToken cancellation)
    {
        if (!File.Exists(data.AuthorityFile)) return false;
        try
        {
            // Read again each time: the server of a new data folder writes it while we wait.
            var authorities = await File.ReadAllTextAsync(data.AuthorityFile, cancellation);
            using var client = new HttpClient(ServiceClient.CreateHandler(authorities, address)) { Timeout = Patience };
            using var answer = await client.GetAsync(new Uri(hosts.OriginOf(ServiceHost.Api) + "/readyz"), cancellation);
            return answer.StatusCode == HttpStatusCode.OK;
        }
        catch (Exception e) when (e is HttpRequestException or IOException or System.Security.Cryptography.CryptographicException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            return false;
        }
    }
}
