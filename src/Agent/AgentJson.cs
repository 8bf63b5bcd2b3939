using System.Text.Json;
using System.Text.Json.Serialization;
using Akashi.Agent.Protocol;
using Akashi.Agent.Sending;
using Akashi.Agent.Status;

namespace Akashi.Agent;

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, WriteIndented = false)]
[JsonSerializable(typeof(EnrolRequest))]
[JsonSerializable(typeof(RenewRequest))]
[JsonSerializable(typeof(CertificateResponse))]
[JsonSerializable(typeof(AgentPolicy))]
[JsonSerializable(typeof(RejectedBatchReport))]
[JsonSerializable(typeof(RefusalProblem))]
[JsonSerializable(typeof(AgentStatus))]
internal sealed partial class AgentJson : JsonSerializerContext;
