using System.Diagnostics;
using Akashi.Platform.Database;
using Akashi.Supervisor.Processes;

namespace Akashi.Supervisor.Keep;

/// <summary>What <c>akashi-supervisor run</c> does: PostgreSQL, then the server, then the agent, each kept running until a stop.</summary>
internal sealed class Supervision
{
    private static readonly TimeSpan AskOften = TimeSpan.FromMilliseconds(150);
    private static readonly TimeSpan AskSeldom = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan AgentPatience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan ServerPatience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan DatabasePatience = TimeSpan.FromSeconds(60);

    private readonly SupervisorSettings _settings;
    private readonly TimeProvider _clock;
    private readonly RunLog _log;
    private readonly StateFile _state;
    private readonly PrivateCluster _cluster;
    private readonly ServiceConfig _config;
    private readonly KeptProgram _database;
    private readonly KeptProgram _server;
    private readonly KeptProgram? _agent;

    private Supervision(SupervisorSettings settings, ServiceConfig config, PrivateCluster cluster, RunLog log, TimeProvider clock)
    {
        (_settings, _config, _cluster, _log, _clock) = (settings, config, cluster, log, clock);
        var self = ProcessIdentity.Of(Environment.ProcessId)!;
        _state = new StateFile(settings.Data, new RunState(self, config.Port, config.BaseDomain, false, settings.WithAgent, new Dictionary<string, ProgramState>()), log);
        _database = new KeptProgram(Programs.PostgreSql, () => _cluster.StartAsync(CancellationToken.None), _state, log, clock);
        _server = new KeptProgram(Programs.Server, StartServerAsync, _state, log, clock);
        if (settings.WithAgent) _agent = new KeptProgram(Programs.Agent, StartAgentAsync, _state, log, clock);
    }

    private DataFolder Data => _settings.Data;

    /// <summary>Returns after <paramref name="stopping"/> was signalled and everything has ended.</summary>
    public static async Task RunAsync(SupervisorSettings settings, RunLog log, TimeProvider clock, CancellationToken stopping)
    {
        await Orphans.EndAsync(settings.Data, withDatabase: false, log);
        var socketFolder = SocketFolder.Prepare(settings.Data.Path);
        var cluster = new PrivateCluster(settings.Data.PostgreSqlFolder, socketFolder);
        var config = ServiceConfig.Read(settings.Data).With(settings.Port);
        var supervision = new Supervision(settings, config, cluster, log, clock);
        await supervision.RunAsync(stopping);
        SocketFolder.Release(socketFolder);
    }

    private async Task RunAsync(CancellationToken stopping)
    {
        Task[] work =
        [
            _database.RunAsync(stopping),
            RunServerAsync(stopping),
            RunAgentAsync(stopping),
            WatchReadinessAsync(stopping),
            new LogRotation([Data.LogFolder, Data.PostgreSqlFolder], _log, _clock).RunAsync(stopping),
        ];
        await Task.WhenAll(work);
        _log.Write("stopping", "Stops agent, server and PostgreSQL, in this order.");
        await EndAsync(_agent, AgentPatience);
        await EndAsync(_server, ServerPatience);
        await EndDatabaseAsync();
        _state.SetReady(false);
        _log.Write("stopped", "Everything has ended.");
    }

    private async Task RunServerAsync(CancellationToken stopping)
    {
        await _database.StartedOnce.WaitAsync(stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (stopping.IsCancellationRequested) return;
        // From here on the server runs whether or not PostgreSQL does.
        await _server.RunAsync(stopping);
    }

    private async Task RunAgentAsync(CancellationToken stopping)
    {
        if (_agent is null) return;
        // One that ran here before knows its policy and how to wait for the service; it starts at once, to miss less.
        var knowsItsPolicy = Directory.Exists(Data.AgentFolder);
        while (!knowsItsPolicy && !_state.Current.Ready && !stopping.IsCancellationRequested)
            await Task.Delay(AskOften, _clock, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _agent.RunAsync(stopping);
    }

    private async Task WatchReadinessAsync(CancellationToken stopping)
    {
        using var probe = new ReadyProbe(Data, _config.Hosts, _config.LocalAddress);
        try
        {
            while (true)
            {
                var ready = _server.Running is not null && await probe.IsReadyAsync(stopping);
                if (ready != _state.Current.Ready) _log.Write(ready ? "ready" : "not-ready", ready ? "The service answers." : "The service does not answer /readyz.");
                _state.SetReady(ready);
                await Task.Delay(ready ? AskSeldom : AskOften, _clock, stopping);
            }
        }
        catch (OperationCanceledException)
        {
            // The supervisor stops.
        }
    }

    private Task<Process> StartServerAsync()
    {
        // The passwords exist once the cluster has been made.
        _config.Write(Data, _cluster.OwnerConnection, _cluster.ApplicationConnection, _cluster.OperatorConnection, [Environment.ProcessPath!, _settings.ServerProgram, _settings.AgentProgram]);
        return Task.FromResult(Launcher.Start(_settings.ServerProgram, ["run", "--data", Data.Path], Data.LogFile(Programs.Server)));
    }

    private Task<Process> StartAgentAsync() => Task.FromResult(Launcher.Start(
        _settings.AgentProgram,
        ["run", "--data", Data.AgentFolder, "--service", _config.ServiceAddress, "--token-file", Data.AgentTokenFile, "--authority", Data.AuthorityFile],
        Data.LogFile(Programs.Agent)));

    private async Task EndAsync(KeptProgram? program, TimeSpan patience)
    {
        if (program?.Running is not { } process || ProcessIdentity.Of(process.Id) is not { } identity) return;
        if (!await Signals.EndAsync(identity, patience)) _log.Write("killed", $"Did not end within {patience.TotalSeconds} s.", pid: process.Id);
    }

    private async Task EndDatabaseAsync()
    {
        if (_database.Running is not { } postmaster || ProcessIdentity.Of(postmaster.Id) is not { } identity) return;
        using var limit = new CancellationTokenSource(DatabasePatience);
        try
        {
            await PrivateCluster.StopAsync(postmaster, limit.Token);
        }
        catch (OperationCanceledException)
        {
            _log.Write("aborted", "PostgreSQL did not end in time; it recovers at the next start.", Programs.PostgreSql, postmaster.Id);
            Signals.Abort(identity);
            await Signals.HasEndedAsync(identity, ServerPatience);
        }
    }
}
