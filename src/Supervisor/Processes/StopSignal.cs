using System.Runtime.InteropServices;

namespace Akashi.Supervisor.Processes;

/// <summary>Turns signals into a token. Registered for the whole life of the process: a second Ctrl-C must not cut a stop short.</summary>
internal static class StopSignal
{
    private static readonly List<PosixSignalRegistration> Registrations = []; // one that is collected would be undone

    public static CancellationToken On(params PosixSignal[] signals)
    {
        var source = new CancellationTokenSource();
        foreach (var signal in signals)
        {
            Registrations.Add(PosixSignalRegistration.Create(signal, context =>
            {
                context.Cancel = true;
                source.Cancel();
            }));
        }
        return source.Token;
    }
}
