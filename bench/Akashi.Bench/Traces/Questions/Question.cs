using Akashi.Bench.Traces.Peers;

namespace Akashi.Bench.Traces.Questions;

/// <param name="Name">Of its row in the report; questions of one name differ in the needle only.</param>
/// <param name="Needle">For messages.</param>
internal sealed record Question(string Name, string Needle, Func<ITraceStore, Task<string>> Ask);
