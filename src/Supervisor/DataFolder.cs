using Akashi.Durability;

namespace Akashi.Supervisor;

/// <summary>Names of what the supervisor reads and writes below <c>--data</c>.</summary>
/// <param name="Path">Absolute.</param>
internal sealed record DataFolder(string Path)
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode Passable = Owner | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>Settings of the server; an administrator may add to them.</summary>
    public string ConfigFile => In("config.json");

    /// <summary>Held while a supervisor runs, whoever started it.</summary>
    public string LockFile => In("supervisor.lock");

    /// <summary>Which processes run; see <see cref="Keep.RunState"/>.</summary>
    public string StateFile => In("supervisor.json");

    /// <summary>Written by the server at start: addresses, API token, activation link.</summary>
    public string ReadyFile => In("ready.json");

    /// <summary>Written by the server at start: the authority that signed its certificates.</summary>
    public string AuthorityFile => In("authority.pem");

    /// <summary>Written by the server at start: the token with which the agent of this machine enrols.</summary>
    public string AgentTokenFile => In("agent-enrolment.token");

    public string PostgreSqlFolder => In("postgres");

    public string AgentFolder => In("agent");

    public string LogFolder => In("log");

    public string LogFile(string name) => System.IO.Path.Combine(LogFolder, name + ".log");

    public void Create()
    {
        DurableFile.CreateFolder(Path);
        // As root PostgreSQL runs as another user, who must pass; what is secret inside is 0700 or 0600 itself.
        File.SetUnixFileMode(Path, Environment.IsPrivilegedProcess ? Passable : Owner);
        DurableFile.CreateFolder(LogFolder);
    }

    private string In(string name) => System.IO.Path.Combine(Path, name);
}
