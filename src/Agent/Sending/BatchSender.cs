using System.Net;
using System.Net.Http.Headers;
using Akashi.Agent.Protocol;
using Akashi.Agent.Spooling;

namespace Akashi.Agent.Sending;

/// <summary>
/// Sends waiting batches, oldest first, two at a time. A batch leaves the outbox only by 2xx, or is set aside when the service refuses it for good.
/// </summary>
/// <param name="connection">Gives the current client; it changes when the certificate is renewed.</param>
/// <param name="refused">Called once for each batch set aside.</param>
/// <param name="vanished">Called when someone else has deleted a batch file.</param>
internal sealed class BatchSender(Outbox outbox, string rejectedFolder, Func<HttpClient> connection, Action<RejectedBatchReport> refused, Action<string> vanished, TimeProvider clock, Log log)
{
    public const int InFlight = 2;

    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(500), LongestWait = TimeSpan.FromMinutes(2), IdentityWait = TimeSpan.FromSeconds(30);
    private static readonly MediaTypeHeaderValue Zip = new("application/zip");

    private readonly Backoff _backoff = new(FirstWait, LongestWait);
    private readonly Lock _gate = new();
    private long _sent, _rejected;
    private long _heldAt;
    private TimeSpan _hold;

    public long Sent => Interlocked.Read(ref _sent);

    public long Rejected => Interlocked.Read(ref _rejected);

    /// <summary>Why sending does not work at the moment; null when it does.</summary>
    public string? Problem { get; private set; }

    public Task RunAsync(CancellationToken cancellation) =>
        Task.WhenAll(Enumerable.Range(0, InFlight).Select(_ => SendLoopAsync(cancellation)));

    private async Task SendLoopAsync(CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            await WaitAsync(cancellation);
            var changed = outbox.Changed;
            if (outbox.Take() is not { } name)
            {
                await changed.WaitAsync(cancellation);
                continue;
            }
            try
            {
                await SendAsync(name, cancellation);
            }
            catch (Exception e) when (e is HttpRequestException or IOException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
            {
                Hold(name, $"the service cannot be reached: {(e.InnerException ?? e).Message}", null);
            }
            catch
            {
                outbox.Return(name);
                throw;
            }
        }
    }

    private async Task SendAsync(string name, CancellationToken cancellation)
    {
        if (!File.Exists(outbox.PathOf(name)))
        {
            outbox.Delete(name);
            log.Warn($"Batch '{name}' is gone from '{outbox.PathOf("")}' without having been sent. Nobody but the agent may change that folder.");
            vanished(name);
            return;
        }
        await using var file = new FileStream(outbox.PathOf(name), FileMode.Open, FileAccess.Read, FileShare.Read, 1);
        using var content = new StreamContent(file);
        content.Headers.ContentType = Zip;
        content.Headers.ContentLength = file.Length;
        using var request = new HttpRequestMessage(HttpMethod.Put, AgentRoutes.Batches + name) { Content = content };
        using var response = await connection().SendAsync(request, cancellation);
        if (response.IsSuccessStatusCode)
        {
            outbox.Delete(name);
            Interlocked.Increment(ref _sent);
            Succeeded();
            return;
        }
        var problem = await RefusalProblem.ReadAsync(response, cancellation);
        if (RefusalProblem.IsPermanent(response.StatusCode)) await SetAsideAsync(name, response.StatusCode, problem, cancellation);
        else HoldAnswered(name, response, problem);
    }

    private void HoldAnswered(string name, HttpResponseMessage response, RefusalProblem problem)
    {
        var asked = response.Headers.RetryAfter is { } header ? header.Delta ?? (header.Date is { } date ? date - clock.GetUtcNow() : null) : null;
        if (response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.MisdirectedRequest)
        {
            // Not about the batch: the certificate may be revoked or the host name wrong. Nothing is thrown away, nobody is hurried.
            Hold(name, $"the service does not accept this terminal ({(int)response.StatusCode} {problem.SafeCode}: {problem.Text}). Check in the terminals list whether it is still registered, or enrol it anew.",
                asked > IdentityWait ? asked : IdentityWait);
        }
        else
        {
            Hold(name, $"the service answered {(int)response.StatusCode} {problem.SafeCode}: {problem.Text}", asked);
        }
    }

    private async Task SetAsideAsync(string name, HttpStatusCode status, RefusalProblem problem, CancellationToken cancellation)
    {
        outbox.SetAside(name, rejectedFolder);
        Interlocked.Increment(ref _rejected);
        Succeeded();
        var report = new RejectedBatchReport(name, (int)status, problem.SafeCode);
        log.Warn($"Batch '{name}' was refused for good ({report.Status} {report.Code}: {problem.Text}); it is kept in '{rejectedFolder}'.");
        refused(report);
        try
        {
            using var body = ServiceClient.Json(report, AgentJson.Default.RejectedBatchReport);
            using var answer = await connection().PostAsync(AgentRoutes.Rejected, body, cancellation);
            if (!answer.IsSuccessStatusCode) log.Warn($"The service did not take the report about '{name}' ({(int)answer.StatusCode}); the record in the traces remains.");
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            log.Warn($"The report about '{name}' could not be sent ({e.Message}); the record in the traces remains.");
        }
    }

    private void Succeeded()
    {
        lock (_gate)
        {
            _backoff.Succeeded();
            if (Problem is not null) log.Info("Sending works again.");
            Problem = null;
        }
    }

    private void Hold(string name, string problem, TimeSpan? asked)
    {
        outbox.Return(name);
        lock (_gate)
        {
            (_heldAt, _hold) = (clock.GetTimestamp(), _backoff.Failed(asked));
            if (Problem != problem) log.Warn($"Batches are kept and tried again: {problem}");
            Problem = problem;
        }
    }

    private async Task WaitAsync(CancellationToken cancellation)
    {
        while (true)
        {
            TimeSpan wait;
            lock (_gate) wait = _hold - clock.GetElapsedTime(_heldAt);
            if (wait <= TimeSpan.Zero) return;
            await Task.Delay(wait, clock, cancellation);
        }
    }
}
