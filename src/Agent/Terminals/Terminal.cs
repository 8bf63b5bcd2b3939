using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Text;
using Akashi.Agent.Protocol;

namespace Akashi.Agent.Terminals;

/// <summary>What every line says about the machine. The addresses change with the network and are read again from time to time.</summary>
internal sealed class Terminal
{
    private readonly TraceLineWriter _writer = new();

    public Terminal(Tmid tmid)
    {
        Tmid = tmid;
        Refresh();
    }

    public static string Version { get; } = typeof(Terminal).Assembly.GetName().Version?.ToString(3) ?? "0.0.0";

    public Tmid Tmid { get; }

    public string ComputerName { get; } = Environment.MachineName;

    /// <summary>Pairs from <c>os=</c> to <c>mac=</c>, to be copied into each line behind evt and subEvt.</summary>
    public byte[] CommonPairs { get; private set; } = [];

    /// <summary>Identifies this boot, since process ids and start times begin anew with each.</summary>
    public string Boot { get; } = ReadLine("/proc/sys/kernel/random/boot_id") ?? "";

    public void Refresh()
    {
        var (addresses, hardware) = Addresses();
        _writer.Clear();
        _writer.Bare("os"u8, OperatingSystem.IsWindows() ? "Win" : "Linux");
        _writer.Quoted("com"u8, ComputerName);
        _writer.Quoted("domain"u8, ReadLine("/proc/sys/kernel/domainname") is { } domain && domain != "(none)" ? domain : "");
        _writer.Quoted("profile"u8, "default");
        _writer.Bare("tmid"u8, Tmid.ToString());
        if (addresses.Length > 0) _writer.Bare("ip"u8, addresses);
        if (hardware.Length > 0) _writer.Bare("mac"u8, hardware);
        CommonPairs = _writer.Written.ToArray();
    }

    /// <summary>For people, for example "Debian GNU/Linux 12 (bookworm)".</summary>
    public static string OperatingSystemName()
    {
        const string Key = "PRETTY_NAME=";
        if (!File.Exists("/etc/os-release")) return Environment.OSVersion.VersionString;
        var line = File.ReadLines("/etc/os-release").FirstOrDefault(l => l.StartsWith(Key, StringComparison.Ordinal));
        return line is null ? Environment.OSVersion.VersionString : line[Key.Length..].Trim('"');
    }

    private static (string Addresses, string Hardware) Addresses()
    {
        var (addresses, hardware) = (new StringBuilder(), new StringBuilder());
        try
        {
            foreach (var card in NetworkInterface.GetAllNetworkInterfaces().Where(c => c.OperationalStatus == OperationalStatus.Up && c.NetworkInterfaceType != NetworkInterfaceType.Loopback).Take(8))
            {
                var physical = card.GetPhysicalAddress().GetAddressBytes();
                if (physical.Length == 6) hardware.Append(hardware.Length > 0 ? "," : "").Append(BitConverter.ToString(physical));
                foreach (var address in card.GetIPProperties().UnicastAddresses.Select(a => a.Address).Where(a => a.AddressFamily == AddressFamily.InterNetwork || !a.IsIPv6LinkLocal).Take(8))
                {
                    addresses.Append(addresses.Length > 0 ? "," : "").Append(address);
                }
            }
        }
        catch (NetworkInformationException)
        {
            // A machine whose interfaces cannot be listed still records; the keys are then absent.
        }
        return (addresses.ToString(), hardware.ToString());
    }

    private static string? ReadLine(string path) => File.Exists(path) ? File.ReadAllText(path).Trim() : null;
}
