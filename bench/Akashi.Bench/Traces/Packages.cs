using System.Diagnostics;
using Akashi.Bench.Traces.Peers;

namespace Akashi.Bench.Traces;

internal static class Packages
{
    /// <summary>What Debian has and is not there: ClickHouse, whose service must neither run now nor at the next start, and zstd.</summary>
    private const string Install = """
        set -e
        export DEBIAN_FRONTEND=noninteractive
        policy=/usr/sbin/policy-rc.d
        if [ ! -e $policy ]; then printf '#!/bin/sh\nexit 101\n' >$policy; chmod +x $policy; trap 'rm -f /usr/sbin/policy-rc.d' EXIT; fi
        apt-get install -y -qq --no-install-recommends clickhouse-server zstd || { apt-get update -qq && apt-get install -y -qq --no-install-recommends clickhouse-server zstd; }
        systemctl disable clickhouse-server >/dev/null 2>&1 || true
        """;

    public static async Task InstallAsync()
    {
        if (ClickHouseServer.IsInstalled && File.Exists("/usr/bin/zstd")) return;
        if (!Environment.IsPrivilegedProcess) throw new InvalidOperationException("Run this, then the same command again: sudo apt-get install -y --no-install-recommends clickhouse-server zstd");
        BenchReport.Note("Installing clickhouse-server and zstd with apt-get.");
        using var shell = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", Install]) { UseShellExecute = false, RedirectStandardOutput = true })!;
        var output = await shell.StandardOutput.ReadToEndAsync();
        await shell.WaitForExitAsync();
        if (shell.ExitCode != 0) throw new InvalidOperationException($"apt-get could not install clickhouse-server and zstd: {output}");
    }
}
