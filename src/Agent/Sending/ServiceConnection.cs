using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography.X509Certificates;
using Akashi.Agent.Enrolment;
using Akashi.Agent.Protocol;

namespace Akashi.Agent.Sending;

/// <summary>
/// The mutual-TLS connection of an enrolled terminal, and its renewal: when a third of the certificate's lifetime is left, a new key pair
/// and certificate are fetched; the old pair is kept until the new one has been used.
/// </summary>
internal sealed class ServiceConnection : IDisposable
{
    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(5), LongestWait = TimeSpan.FromHours(1), LongestSleep = TimeSpan.FromHours(6);

    private readonly Uri _address;
    private readonly string? _givenAuthority;
    private readonly TerminalIdentity _identity;
    private readonly TimeProvider _clock;
    private readonly Log _log;
    private volatile HttpClient _client;
    private X509Certificate2 _certificate;

    public ServiceConnection(AgentOptions options, TerminalIdentity identity, TimeProvider clock, Log log)
    {
        (_address, _givenAuthority, _identity, _clock, _log) = (options.HostAddress("agent"), options.Authority, identity, clock, log);
        _certificate = identity.Certificate();
        _client = Connect(_certificate);
    }

    public HttpClient Client => _client;

    public DateTimeOffset Expires => _certificate.NotAfter;

    public static DateTimeOffset RenewAt(X509Certificate2 certificate) =>
        new DateTimeOffset(certificate.NotAfter) - (certificate.NotAfter - certificate.NotBefore) / 3;

    /// <summary>Runs until cancelled.</summary>
    public async Task KeepRenewedAsync(CancellationToken cancellation)
    {
        var backoff = new Backoff(FirstWait, LongestWait);
        while (true)
        {
            var wait = RenewAt(_certificate) - _clock.GetUtcNow();
            if (_identity.HasNext || wait <= TimeSpan.Zero)
            {
                wait = await TryRenewAsync(cancellation) ? TimeSpan.Zero : backoff.Failed();
                if (wait == TimeSpan.Zero) backoff.Succeeded();
            }
            await Task.Delay(wait < LongestSleep ? wait : LongestSleep, _clock, cancellation);
        }
    }

    public void Dispose()
    {
        _client.Dispose();
        _certificate.Dispose();
    }

    private async Task<bool> TryRenewAsync(CancellationToken cancellation)
    {
        try
        {
            if (!_identity.HasNext)
            {
                using var body = ServiceClient.Json(new RenewRequest(_identity.RenewalRequest()), AgentJson.Default.RenewRequest);
                using var response = await _client.PostAsync(AgentRoutes.Renew, body, cancellation);
                if (!response.IsSuccessStatusCode)
                {
                    var problem = await RefusalProblem.ReadAsync(response, cancellation);
                    _log.Warn($"The certificate (valid until {Expires:u}) could not be renewed: {(int)response.StatusCode} {problem.SafeCode}: {problem.Text}");
                    return false;
                }
                _identity.StoreNext(await TerminalEnrolment.ReadAsync(response, cancellation));
            }
            return await UseNextAsync(cancellation);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or AgentProblem || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            _log.Warn($"The certificate (valid until {Expires:u}) could not be renewed: {(e.InnerException ?? e).Message}");
            return false;
        }
    }

    /// <summary>Only a request that succeeded with the new pair makes the old one superfluous.</summary>
    private async Task<bool> UseNextAsync(CancellationToken cancellation)
    {
        var next = _identity.NextCertificate();
        var client = Connect(next);
        using var response = await client.GetAsync(AgentRoutes.Policy, cancellation);
        if (response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
        {
            _identity.DropNext();
            client.Dispose();
            next.Dispose();
            _log.Warn($"The service does not accept the renewed certificate ({(int)response.StatusCode}); the old one goes on until {Expires:u}.");
            return false;
        }
        _identity.AdoptNext();
        // The old client may still carry a batch; its connections end by their idle time.
        (_client, _certificate) = (client, next);
        _log.Info($"The certificate is renewed until {Expires:u}.");
        return true;
    }

    private HttpClient Connect(X509Certificate2 certificate) => ServiceClient.Create(_address, _identity.Authorities(_givenAuthority), certificate);
}
