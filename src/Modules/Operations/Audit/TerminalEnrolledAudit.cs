using Akashi.Endpoints.Contracts;
using Akashi.Platform.Audit;
using Akashi.Platform.Database;
using Akashi.Platform.Events;

namespace Akashi.Operations.Audit;

/// <summary>Writes to the audit log that a terminal joined.</summary>
internal sealed class TerminalEnrolledAudit(AuditLog audit) : EventConsumer<TerminalEnrolled>
{
    public const string Name = "operations.terminal-enrolled-audit";
    public const string Action = "terminal.enrol";

    public override Task HandleAsync(TenantSession session, TerminalEnrolled happened, CancellationToken cancellation) =>
        audit.WriteAsync(
            session, new AuditActor(AuditActor.Terminal, happened.Tmid, "", null, happened.ComputerName),
            new AuditEntry(Action, $"{happened.ComputerName} {happened.Tmid}", null, new { happened.OperatingSystem }), cancellation);
}
