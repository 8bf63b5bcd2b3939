using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Akashi.Certificates.Authority;

/// <summary>Looks every twelve hours whether a server certificate wants renewal; connections that are open keep the old one.</summary>
internal sealed partial class ServerCertificateRenewal(ServerCertificateIssuer issuer, TimeProvider clock, ILogger<ServerCertificateRenewal> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromHours(12);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                issuer.EnsureAll();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or System.Security.Cryptography.CryptographicException)
            {
                LogFailed(e);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Server certificates could not be renewed; the next try is in twelve hours. Check the key store and the disk.")]
    private partial void LogFailed(Exception exception);
}
