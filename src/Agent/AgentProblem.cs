namespace Akashi.Agent;

/// <summary>Something a person has to change; the message says what.</summary>
internal sealed class AgentProblem(string message) : Exception(message);
