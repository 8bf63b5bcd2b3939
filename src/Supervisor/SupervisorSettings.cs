namespace Akashi.Supervisor;

/// <param name="Port">Null keeps the port of the data folder, at first 8443.</param>
/// <param name="WithAgent">False runs the service alone.</param>
/// <param name="ServerProgram">Path of <c>akashi-server</c>.</param>
/// <param name="AgentProgram">Path of <c>akashi-agent</c>.</param>
internal sealed record SupervisorSettings(DataFolder Data, int? Port, bool WithAgent, string ServerProgram, string AgentProgram)
{
    /// <summary>Every fault at once; empty when all is well.</summary>
    public IReadOnlyList<string> Validate()
    {
        var faults = new List<string>();
        if (Port is < 1 or > 65535) faults.Add($"--port: {Port} is not between 1 and 65535. Use for example --port 8443.");
        if (!File.Exists(ServerProgram)) faults.Add($"--server: '{ServerProgram}' does not exist. Build it first: ./akashi up does.");
        if (WithAgent && !File.Exists(AgentProgram)) faults.Add($"--agent: '{AgentProgram}' does not exist. Build it first, or use --no-agent.");
        return faults;
    }
}
