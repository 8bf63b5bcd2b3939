namespace Akashi.Agent.Protocol;

/// <summary>Routes between agent and service. A batch is sent as <c>PUT /v1/batches/{file name}</c> with the zip as body.</summary>
public static class AgentRoutes
{
    public const string Enrol = "/v1/enrol";
    public const string Renew = "/v1/renew";
    public const string Policy = "/v1/policy";
    public const string Batches = "/v1/batches/";
    /// <summary>POST, body <see cref="RejectedBatchReport"/>: tells the service that a batch was set aside after a permanent refusal.</summary>
    public const string Rejected = "/v1/rejected";
}

/// <summary>A batch that the service refused for good and that the agent keeps aside.</summary>
/// <param name="FileName">Name of the batch file.</param>
/// <param name="Status">HTTP status of the refusal.</param>
/// <param name="Code">Stable error id of the refusal (ProblemDetails "code"), or empty.</param>
public sealed record RejectedBatchReport(string FileName, int Status, string Code);
