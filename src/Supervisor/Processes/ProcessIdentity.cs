using System.Globalization;
using System.Text.Json.Serialization;

namespace Akashi.Supervisor.Processes;

/// <summary>
/// One process for sure: its id is reused by the system, its id together with its start is not.
/// </summary>
/// <param name="Pid">Process id.</param>
/// <param name="StartTicks">Clock ticks between boot and start, field 22 of /proc/PID/stat (proc_pid_stat(5)).</param>
/// <param name="Boot">Id of the boot that the ticks count from.</param>
internal sealed record ProcessIdentity(int Pid, long StartTicks, string Boot)
{
    private const int StartFieldAfterName = 19; // field 22, counted from the state in field 3
    private static readonly string ThisBoot = File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();

    /// <summary>The process that has the id now; null when there is none, or only its remains.</summary>
    public static ProcessIdentity? Of(int pid)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{pid.ToString(CultureInfo.InvariantCulture)}/stat");
            // The name in parentheses may itself hold spaces and parentheses.
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            if (fields[0] is "Z" or "X") return null;
            return new ProcessIdentity(pid, long.Parse(fields[StartFieldAfterName], CultureInfo.InvariantCulture), ThisBoot);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    [JsonIgnore]
    public bool IsAlive => Boot == ThisBoot && Of(Pid) == this;
}
