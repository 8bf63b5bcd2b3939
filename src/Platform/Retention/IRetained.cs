using Akashi.Platform.Calendar;
using Akashi.Platform.Crypto;
using Akashi.Platform.Database;
using Akashi.Platform.Tenancy;

namespace Akashi.Platform.Retention;

/// <summary>What was deleted of one day.</summary>
/// <param name="Day">On which it came to be.</param>
/// <param name="Bytes">As stored; 0 where rows have no size of their own.</param>
/// <param name="Digest">SHA-256 over what identified the deleted items, so that a copy found later can be held against the record.</param>
public sealed record RetentionDeletion(JstDay Day, long Items, long Bytes, Sha256 Digest);

/// <summary>A module that keeps data of a class and can delete what is too old.</summary>
public interface IRetained
{
    RetentionClass Class { get; }

    /// <summary>
    /// Deletes everything of the tenant that came to be before a day. Must be safe to repeat after it died in the middle.
    /// </summary>
    /// <param name="record">Called in the transaction that makes the deletion final: neither without the other.</param>
    Task DeleteBeforeAsync(TenantId tenant, JstDay before, Func<TenantSession, IReadOnlyList<RetentionDeletion>, Task> record, CancellationToken cancellation);
}
