using Akashi.Platform.Events;

namespace Akashi.Platform.OperatorAccess;

/// <summary>An operator asked for access to a customer's data, or somebody decided on it; published in the customer's tenant.</summary>
/// <param name="Action">The step as the audit log names it, for example <c>operator-access.ask</c>.</param>
/// <param name="LegalReference">Of the order that is the basis; null where it is the customer's consent.</param>
/// <param name="Permissions">Ids of what is asked for.</param>
/// <param name="ExpiresAt">Set once granted.</param>
[EventType("platform.operator-access-changed")]
public sealed record OperatorAccessChanged(
    Guid Id, string Action, string OperatorName, string Reason, string? LegalReference, IReadOnlyList<string> Permissions, int Minutes, DateTimeOffset? ExpiresAt);
