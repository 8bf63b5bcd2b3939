using System.Collections.Concurrent;
using System.Net;
using Akashi.Platform.Web;
using Akashi.TestKit;
using Akashi.TestKit.Nodes;

namespace Akashi.App.Tests.Nodes;

/// <summary>People who sign in one after the other and try again when that fails. Every session they were given is remembered.</summary>
internal sealed class PeopleSigningIn : IAsyncDisposable
{
    private const string SessionCookie = "__Host-akashi-session";
    private const int Checked = 50;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly NodePair _pair;
    private readonly string _password;
    private readonly Func<IPAddress> _target;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<string> _sessions = new();
    private readonly ConcurrentDictionary<string, int> _refusals = new(StringComparer.Ordinal);
    private readonly Task[] _people;

    /// <param name="target">Where each connection goes.</param>
    public PeopleSigningIn(NodePair pair, string password, int count, Func<IPAddress> target)
    {
        (_pair, _password, _target) = (pair, password, target);
        _people = [.. Enumerable.Range(0, count).Select(_ => Task.Run(SignInAgainAndAgainAsync))];
    }

    public int SignedIn => _sessions.Count;

    /// <summary>What came in place of a session, and how often.</summary>
    public IReadOnlyDictionary<string, int> Refusals => _refusals;

    /// <summary>How many of the sessions given last a node does not know.</summary>
    public async Task<int> UnknownAtAsync(TestNode node)
    {
        var unknown = 0;
        foreach (var session in _sessions.TakeLast(Checked))
        {
            using var browser = _pair.CreateBrowser(() => node.Address);
            browser.SetCookie(ServiceHost.Portal, SessionCookie, session);
            if ((await browser.GetAsync(ServiceHost.Portal, "/")).Status != HttpStatusCode.OK) unknown++;
        }
        return unknown;
    }

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_people);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
    }

    private async Task SignInAgainAndAgainAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            using var browser = _pair.CreateBrowser(_target);
            try
            {
                var answer = await browser.SubmitAsync(ServiceHost.Portal, "/sign-in", NodePair.SignInFields(_password));
                if (browser.Cookie(ServiceHost.Portal, SessionCookie) is { } session) _sessions.Enqueue(session);
                else Count($"{(int)answer.Status}");
            }
            catch (Exception e) when (e is HttpRequestException or IOException or InvalidOperationException)
            {
                Count(e.GetType().Name); // the connection broke, or a page came without its form
            }
            await Task.Delay(Pause, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Count(string refusal) => _refusals.AddOrUpdate(refusal, 1, static (_, count) => count + 1);
}
