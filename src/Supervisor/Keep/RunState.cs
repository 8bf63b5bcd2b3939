using System.Text.Json;
using Akashi.Durability;
using Akashi.Supervisor.Processes;

namespace Akashi.Supervisor.Keep;

/// <summary>One of the kept programs.</summary>
/// <param name="Process">The process that runs now, or ran last.</param>
/// <param name="Starts">How often it was started since the supervisor began.</param>
/// <param name="Failures">How often in a row it did not start, or ended soon after.</param>
/// <param name="Trouble">Why it does not run, or ended last; null when all is well.</param>
internal sealed record ProgramState(ProcessIdentity? Process, int Starts, int Failures, string? Trouble);

/// <summary>Content of <c>supervisor.json</c>: who runs, for <c>down</c>, for a successor after a crash, and for tests that kill by id.</summary>
/// <param name="Ready">True while <c>/readyz</c> answers 200.</param>
internal sealed record RunState(ProcessIdentity Supervisor, int Port, string BaseDomain, bool Ready, bool WithAgent, IReadOnlyDictionary<string, ProgramState> Programs)
{
    private static readonly JsonSerializerOptions Form = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public ProgramState? Find(string program) => Programs.GetValueOrDefault(program);

    /// <returns>Null when the file is absent or was damaged.</returns>
    public static RunState? Read(DataFolder data)
    {
        try
        {
            return JsonSerializer.Deserialize<RunState>(File.ReadAllText(data.StateFile), Form) is { Supervisor: not null, Programs: not null } state ? state : null;
        }
        catch (Exception e) when (e is IOException or JsonException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    public void Write(DataFolder data) => DurableFile.Write(data.StateFile, JsonSerializer.SerializeToUtf8Bytes(this, Form));
}

/// <summary>Names of the kept programs, in the order in which they start.</summary>
internal static class Programs
{
    public const string PostgreSql = "postgresql";
    public const string Server = "server";
    public const string Agent = "agent";
}
