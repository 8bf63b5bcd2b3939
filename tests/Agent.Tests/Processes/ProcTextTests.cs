using System.Buffers;
using System.Net;
using System.Text;
using Akashi.Agent.Connections;
using Akashi.Agent.Processes;

namespace Akashi.Agent.Tests.Processes;

public sealed class ProcTextTests
{
    [Fact]
    public void ParseStat_Table()
    {
        static void F(string stat, (int, ulong)? expected) => Assert.Equal(expected, ProcFolder.ParseStat(stat));
        F("12 (bash) S 7 12 12 0 -1 4194304 1 2 3 4 5 6 7 8 20 0 1 0 98765 1000 200", (7, 98765));
        F("12 (a) b ) S 7 12 12 0 -1 4194304 1 2 3 4 5 6 7 8 20 0 1 0 98765 1000 200", (7, 98765));
        F("12 (bash) S 7", null);
        F("", null);
        F("12 (bash) S x 12 12 0 -1 4194304 1 2 3 4 5 6 7 8 20 0 1 0 98765 1000", null);
    }

    [Fact]
    public void CommandLine_Table()
    {
        static void F(string arguments, string expected)
        {
            var target = new ArrayBufferWriter<byte>();
            CommandLineText.Write(Encoding.UTF8.GetBytes(arguments), target);
            Assert.Equal(expected, Encoding.UTF8.GetString(target.WrittenSpan));
        }
        F("/bin/true\0MARK-1\0", "/bin/true MARK-1");
        F("/bin/true\0MARK-1", "/bin/true MARK-1");
        F("sh\0-c\0echo a b\0", "sh -c 'echo a b'");
        F("a\0\0b\0", "a '' b");
        F("it's\0", @"'it'\''s'");
        F("a\"b\0", "'a\"b'");
        F("title    \0\0\0\0", "'title    '");
        F("", "''");
    }

    [Fact]
    public void SocketRow_Table()
    {
        static void F(string line, SocketRow? expected) => Assert.Equal(expected, SocketTables.Parse(line));
        F("  0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 12345 1", new SocketRow(new IPEndPoint(IPAddress.Loopback, 8080), new IPEndPoint(IPAddress.Any, 0), 10, 12345));
        F("  0: 00000000000000000000000001000000:1F90 00000000000000000000000000000000:0000 0A 0:0 0:0 0 0 0 9 1", new SocketRow(new IPEndPoint(IPAddress.IPv6Loopback, 8080), new IPEndPoint(IPAddress.IPv6Any, 0), 10, 9));
        F("  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode", null);
        F("  0: 0100007:1F90 00000000:0000 0A 0:0 0:0 0 0 0 12345 1", null);
        F("", null);
    }

    [Fact]
    public void SocketRow_Garbage_NoException() => SeededSource.Run(3000, random =>
        SocketTables.Parse(Encoding.Latin1.GetString(random.Damage("  0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 12345 1"u8))));
}
