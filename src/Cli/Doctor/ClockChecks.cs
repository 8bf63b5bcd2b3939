using System.Runtime.InteropServices;
using Akashi.Supervisor;

namespace Akashi.Cli.Doctor;

/// <summary>Evidence is worth as much as its times.</summary>
internal static partial class ClockChecks
{
    private const int TimexBytes = 256; // struct timex is 208 bytes on 64-bit Linux (adjtimex(2)); zero modes read only
    private const int NotSynchronised = 5; // TIME_ERROR

    public static IReadOnlyList<Finding> Run() => [Synchronised(), Zone()];

    private static Finding Synchronised()
    {
        var subject = Words.Say("Clock", "時計");
        var state = AdjustTime(new byte[TimexBytes]);
        return state is >= 0 and not NotSynchronised
            ? Finding.Ok(subject, Words.Say("synchronised", "同期しています"))
            : Finding.Warn(subject, Words.Say("not synchronised", "同期していません"), Words.Say("sudo apt-get install -y systemd-timesyncd (or chrony); in a container the host's clock counts", "sudo apt-get install -y systemd-timesyncd (または chrony)。コンテナーではホストの時計を確認してください"));
    }

    private static Finding Zone() =>
        Finding.Ok(Words.Say("Time zone", "タイムゾーン"), TimeZoneInfo.Local.Id + Words.Say(" (pages and the command line always show Japan time)", " (画面とコマンドは常に日本時間で表示します)"));

    [LibraryImport("libc", EntryPoint = "adjtimex", SetLastError = true)]
    private static partial int AdjustTime([In, Out] byte[] timex);
}
