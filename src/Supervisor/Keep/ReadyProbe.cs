using System.Net;
using Akashi.Platform.Web;

namespace Akashi.Supervisor.Keep;

/// <summary>Asks <c>https://api.BASE:PORT/readyz</c> on this machine, trusting the data folder's own authority alone.</summary>
internal sealed class ReadyProbe(DataFolder data, ServiceHosts hosts, IPAddress address) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private string? _authorities;
    private HttpClient? _client;

    public async Task<bool> IsReadyAsync(CancellationToken cancellation)
    {
        if (!File.Exists(data.AuthorityFile)) return false;
        try
        {
            // Read again each time: the server of a new data folder writes it while we wait.
            using var answer = await ClientFor(await File.ReadAllTextAsync(data.AuthorityFile, cancellation)).GetAsync(new Uri(hosts.OriginOf(ServiceHost.Api) + "/readyz"), cancellation);
            return answer.StatusCode == HttpStatusCode.OK;
        }
        catch (Exception e) when (e is HttpRequestException or IOException or System.Security.Cryptography.CryptographicException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            return false;
        }
    }

    public void Dispose() => _client?.Dispose();

    private HttpClient ClientFor(string authorities)
    {
        if (_client is not null && _authorities == authorities) return _client;
        _client?.Dispose();
        (_authorities, _client) = (authorities, new HttpClient(ServiceClient.CreateHandler(authorities, address)) { Timeout = Patience });
        return _client;
    }
}
