using System.Diagnostics.Metrics;
using Akashi.Identity.Passwords;
using Akashi.Platform.Errors;
using Akashi.Platform.Metrics;

namespace Akashi.Identity.SignIn;

/// <summary>How passwords were judged since the start, and how many wait for it.</summary>
internal sealed class SignInMetrics
{
    private readonly Counter<long> _passwords;

    public SignInMetrics(ServiceMetrics metrics, PasswordQueue queue)
    {
        _passwords = metrics.Meter.CreateCounter<long>("akashi.sign_ins", "{attempt}", "Passwords judged, by outcome: right, refused, busy.");
        metrics.Meter.CreateObservableGauge("akashi.password_queue.length", () => queue.Length, "{attempt}", "Passwords being judged or waiting for it.");
    }

    public void Count<T>(Outcome<T> outcome) =>
        _passwords.Add(1, new KeyValuePair<string, object?>("outcome", outcome.TryGet(out _, out var failure) ? "right" : failure is SignInBusy ? "busy" : "refused"));
}
