using Akashi.Platform.Database;
using Akashi.Platform.Tenancy;

namespace Akashi.Platform.Audit;

/// <summary>What retention deleted. The hashes stay in the Merkle log, so that everything younger remains provable.</summary>
/// <param name="Deleted">How many entries.</param>
/// <param name="Through">All entries with a smaller leaf index are deleted, now or earlier.</param>
public sealed record AuditDeletion(DateTimeOffset Before, long Deleted, long Through);

/// <summary>
/// The audit log's own retention class. Seven years, because what it proves is asked for as long as books are kept in Japan (法人税法施行規則
/// 59 条: seven years); a tenant may lengthen.
/// </summary>
public sealed class AuditRetention(AkashiDatabase database, AuditLog audit)
{
    public const string ClassName = "audit";
    public const int DefaultDays = 2557;
    /// <summary>The database itself refuses to delete what is younger.</summary>
    public const int MinimumDays = 366;

    /// <summary>The action of the entry that records a deletion.</summary>
    public const string DeleteAction = "audit.delete";

    /// <summary>
    /// Deletes the text of entries older than <paramref name="before"/> from the beginning of the log on, and records that in the same
    /// transaction; nothing is recorded when nothing was old enough.
    /// </summary>
    /// <exception cref="Npgsql.PostgresException">Less than a year ago.</exception>
    public async Task<AuditDeletion> DeleteBeforeAsync(TenantId tenant, DateTimeOffset before, AuditActor actor, CancellationToken cancellation)
    {
        await using var session = await database.OpenAsync(tenant, cancellation);
        var (deleted, through) = await session.QuerySingleAsync<(long Deleted, long Through)>(
            "SELECT deleted, through FROM platform.delete_audit_before(@tenant, @before)", new { tenant, before }, cancellation);
        var deletion = new AuditDeletion(before, deleted, through);
        if (deleted == 0) return deletion;
        await audit.WriteAsync(session, actor, new AuditEntry(DeleteAction, $"{ClassName} < {through}", After: deletion), cancellation);
        await session.CommitAsync(cancellation);
        return deletion;
    }
}
