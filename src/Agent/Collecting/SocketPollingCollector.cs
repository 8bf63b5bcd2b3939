using System.Net;
using Akashi.Agent.Connections;
using Akashi.Agent.Processes;

namespace Akashi.Agent.Collecting;

/// <summary>TCP connections by looking at /proc/net once a second, where BPF is not permitted. Short connections are not seen.</summary>
internal sealed class SocketPollingCollector(ConnectionRecorder recorder, TimeProvider clock) : ICollector
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private Dictionary<ulong, ConnectionChange> _seen = [];
    private long _looked;

    public IEnumerable<(string Kind, string Source)> Sources => [("Connection", "proc polling")];

    public int Descriptor => -1;

    public void Fetch()
    {
    }

    public void Deliver()
    {
        if (_looked != 0 && clock.GetElapsedTime(_looked) < Interval) return;
        var first = _looked == 0;
        _looked = clock.GetTimestamp();
        var now = clock.GetUtcNow();
        var rows = SocketTables.Read().Where(r => r.Inode != 0 && r.State is SocketTables.Established or SocketTables.SynSent or SocketTables.Listening).ToList();
        var listening = rows.Where(r => r.State == SocketTables.Listening).Select(r => r.Local.Port).ToHashSet();
        var owners = SocketTables.Owners([.. rows.Select(r => r.Inode).Where(i => !_seen.ContainsKey(i))]);
        var present = new Dictionary<ulong, ConnectionChange>(rows.Count);
        foreach (var row in rows)
        {
            if (_seen.TryGetValue(row.Inode, out var known))
            {
                present[row.Inode] = known;
                continue;
            }
            var accepted = row.State != SocketTables.Listening && listening.Contains(row.Local.Port);
            var kind = row.State == SocketTables.Listening ? ConnectionEvent.Listen : accepted ? ConnectionEvent.Accept : ConnectionEvent.Connect;
            var owner = owners.GetValueOrDefault(row.Inode);
            var change = new ConnectionChange(kind, owner, owner == 0 ? 0 : ProcFolder.StartTicks(owner) ?? 0, now, Plain(row.Local), Plain(row.Remote), accepted, false, -1, -1);
            present[row.Inode] = change;
            if (!first) recorder.Changed(change);
        }
        foreach (var (inode, change) in _seen)
        {
            if (!present.ContainsKey(inode) && change.Event != ConnectionEvent.Listen) recorder.Changed(change with { Event = ConnectionEvent.Close, At = now });
        }
        _seen = present;
    }

    public void Dispose()
    {
    }

    private static IPEndPoint Plain(IPEndPoint end) => end.Address.IsIPv4MappedToIPv6 ? new IPEndPoint(end.Address.MapToIPv4(), end.Port) : end;
}
