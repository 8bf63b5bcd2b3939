namespace Akashi.Agent;

/// <summary>Names in the agent's data folder.</summary>
internal sealed record AgentFiles(string Data)
{
    public string Tmid => Path.Combine(Data, "tmid");
    public string Key => Path.Combine(Data, "terminal.key");
    /// <summary>The request that is being enrolled; gone once there is a certificate.</summary>
    public string Request => Path.Combine(Data, "terminal.csr");
    public string Certificate => Path.Combine(Data, "terminal.pem");
    public string NextKey => Path.Combine(Data, "terminal.next.key");
    public string NextCertificate => Path.Combine(Data, "terminal.next.pem");
    public string Authorities => Path.Combine(Data, "authorities.pem");
    public string Policy => Path.Combine(Data, "policy.json");
    public string Status => Path.Combine(Data, "status.json");
    public string Spool => Path.Combine(Data, "spool");
    public string Rejected => Path.Combine(Data, "rejected");
    /// <summary>Exists while the agent runs; still there at a start after a crash.</summary>
    public string Running => Path.Combine(Data, "running");
    public string Lock => Path.Combine(Data, "lock");
}
