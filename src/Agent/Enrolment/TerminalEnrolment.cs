using System.Net.Http.Json;
using Akashi.Agent.Protocol;
using Akashi.Agent.Sending;
using Akashi.Agent.Terminals;

namespace Akashi.Agent.Enrolment;

/// <summary>First start: a key pair, a terminal id, and a certificate in exchange for the one-time token.</summary>
internal sealed class TerminalEnrolment(AgentOptions options, TerminalIdentity identity, TimeProvider clock, Log log)
{
    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(1), LongestWait = TimeSpan.FromMinutes(1);

    /// <summary>Returns when the terminal is enrolled; waits for a service that is not there yet.</summary>
    /// <exception cref="AgentProblem">The token was refused, or none is given.</exception>
    public async Task EnsureAsync(CancellationToken cancellation)
    {
        if (!identity.IsEnrolled || !File.Exists(new AgentFiles(options.Data).Authorities)) await EnrolAsync(cancellation);
        // Used up, but still a secret; also after a crash between the answer and this line.
        if (options.TokenFile is { } file) File.Delete(file);
    }

    private async Task EnrolAsync(CancellationToken cancellation)
    {
        var token = await ReadTokenAsync(cancellation);
        var tmid = identity.Tmid();
        using var client = ServiceClient.Create(options.HostAddress("enrol"), identity.Authorities(options.Authority), null);
        var request = new EnrolRequest(token, tmid.ToString(), identity.EnrolmentRequest(), Cut(Environment.MachineName), Cut(Terminal.OperatingSystemName()), Terminal.Version);
        var backoff = new Backoff(FirstWait, LongestWait);
        while (true)
        {
            try
            {
                using var body = ServiceClient.Json(request, AgentJson.Default.EnrolRequest);
                using var response = await client.PostAsync(AgentRoutes.Enrol, body, cancellation);
                if (response.IsSuccessStatusCode)
                {
                    identity.Store(await ReadAsync(response, cancellation));
                    log.Info($"Enrolled as terminal {tmid}.");
                    return;
                }
                var problem = await RefusalProblem.ReadAsync(response, cancellation);
                if ((int)response.StatusCode is >= 400 and < 500 and not 408 and not 429)
                    throw new AgentProblem($"Enrolment was refused ({(int)response.StatusCode} {problem.SafeCode}: {problem.Text}). Ask the administrator for a new token and write it to '{options.TokenFile}'.");
                log.Warn($"Enrolment is tried again: the service answered {(int)response.StatusCode} {problem.SafeCode}.");
            }
            catch (Exception e) when (e is HttpRequestException or IOException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
            {
                log.Warn($"Enrolment is tried again: the service at {options.HostAddress("enrol")} cannot be reached: {(e.InnerException ?? e).Message}");
            }
            await Task.Delay(backoff.Failed(), clock, cancellation);
        }
    }

    public static async Task<CertificateResponse> ReadAsync(HttpResponseMessage response, CancellationToken cancellation) =>
        await response.Content.ReadFromJsonAsync(AgentJson.Default.CertificateResponse, cancellation) is { Certificate: not null, Authorities: not null } answer
            ? answer
            : throw new AgentProblem("The service answered without a certificate.");

    private async Task<string> ReadTokenAsync(CancellationToken cancellation)
    {
        if (options.TokenFile is null || !File.Exists(options.TokenFile))
            throw new AgentProblem($"This terminal is not enrolled and there is no token{(options.TokenFile is { } file ? $" in '{file}'" : "")}. Create one in the console and give its file by --token-file FILE.");
        var token = (await File.ReadAllTextAsync(options.TokenFile, cancellation)).Trim();
        return token.Length is > 0 and <= 1024 ? token : throw new AgentProblem($"'{options.TokenFile}' holds no token: {token.Length} characters.");
    }

    private static string Cut(string text) => text.Length <= 255 ? text : text[..255];
}
