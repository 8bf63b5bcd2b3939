using System.Net;
using Akashi.Agent.Processes;
using Akashi.Agent.Recording;

namespace Akashi.Agent.Connections;

internal enum ConnectionEvent { Connect, Accept, Close, Listen }

/// <summary>One end of a TCP connection as its process sees it.</summary>
/// <param name="Process">0 when the kernel could not tell it.</param>
/// <param name="StartTicks">When that process began, 0 when the source cannot tell it.</param>
/// <param name="Failed">The peer refused or did not answer.</param>
/// <param name="Accepted">The peer opened it.</param>
/// <param name="Sent">Bytes of payload at its end; -1 when the source cannot tell.</param>
/// <param name="Received">Bytes received, the peer's FIN included as one.</param>
[System.Runtime.InteropServices.StructLayout(System.Runtime.InteropServices.LayoutKind.Auto)]
internal readonly record struct ConnectionChange(ConnectionEvent Event, int Process, ulong StartTicks, DateTimeOffset At, IPEndPoint Local, IPEndPoint Remote, bool Accepted, bool Failed, long Sent, long Received);

/// <summary>Writes net records. Source is always who opened the connection, destination who was called.</summary>
internal sealed class ConnectionRecorder(ProcessRecorder processes, LineComposer line, Counters counters)
{
    public void Changed(in ConnectionChange change)
    {
        counters.Event();
        var entry = processes.Resolve(change.Process, change.StartTicks);
        if (entry is { Excluded: true })
        {
            if (entry.Id == processes.OwnProcess) counters.OwnExcluded();
            else counters.ProcessExcluded();
            return;
        }
        var pairs = line.Begin("net"u8, change.Event switch
        {
            ConnectionEvent.Connect => "con"u8,
            ConnectionEvent.Accept => "acpt"u8,
            ConnectionEvent.Close => "dcon"u8,
            _ => "lsn"u8,
        });
        if (entry is not null)
        {
            pairs.Raw(" "u8);
            pairs.Raw(processes.PairsOf(entry));
        }
        if (change.Event == ConnectionEvent.Listen)
        {
            WriteEnd("dstIP"u8, "dstPort"u8, change.Local);
        }
        else
        {
            WriteEnd("srcIP"u8, "srcPort"u8, change.Accepted ? change.Remote : change.Local);
            WriteEnd("dstIP"u8, "dstPort"u8, change.Accepted ? change.Local : change.Remote);
        }
        if (change.Failed) pairs.Bare("result"u8, "failed"u8);
        if (change is { Event: ConnectionEvent.Close, Sent: >= 0 })
        {
            pairs.Number("send"u8, change.Sent);
            pairs.Number("recv"u8, change.Received);
        }
        line.Record(change.At);
    }

    private void WriteEnd(ReadOnlySpan<byte> address, ReadOnlySpan<byte> port, IPEndPoint end)
    {
        Span<byte> text = stackalloc byte[64];
        end.Address.TryFormat(text, out var length);
        line.Pairs.Bare(address, text[..length]);
        line.Pairs.Number(port, end.Port);
    }
}
