using System.Collections.Frozen;
using Akashi.Platform.Audit;

namespace Akashi.Operations.Audit;

/// <summary>What people read instead of the ids of actions; an action that no module named shows its id.</summary>
internal sealed class AuditActionNames(IEnumerable<AuditActionName> all)
{
    private readonly FrozenDictionary<string, AuditActionName> _names = all.DistinctBy(name => name.Action).ToFrozenDictionary(name => name.Action, StringComparer.Ordinal);

    public string Of(string action) => _names.TryGetValue(action, out var name) ? name.Text : action;
}
