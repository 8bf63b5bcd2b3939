using System.Text;
using Akashi.Platform.Crypto;
using Akashi.Platform.Database;
using Akashi.Platform.Tenancy;

namespace Akashi.Platform.Web.Idempotency;

internal sealed record KeptAnswer(int Status, string? ContentType, byte[] Body);

/// <param name="Answer">Null while the first request is under way, or when it broke off.</param>
internal sealed record TakenKey(Sha256 Digest, KeptAnswer? Answer);

/// <summary>Remembers for a day what requests with an idempotency key were answered.</summary>
public sealed class IdempotentRequests(AkashiDatabase database, KeyStore keys, TimeProvider clock)
{
    private static readonly TimeSpan Life = TimeSpan.FromDays(1);
    private const string Purpose = "idempotency";

    private const string Take = """
        INSERT INTO platform.idempotent_request AS kept (tenant_id, subject, key, request_digest, started_at) VALUES (@tenant, @subject, @key, @digest, @now)
        ON CONFLICT (tenant_id, subject, key) DO UPDATE SET request_digest = @digest, started_at = @now, status = NULL, content_type = NULL, sealed_body = NULL
            WHERE kept.started_at < @until
        """;

    private const string Find = """
        SELECT request_digest, status, content_type, sealed_body FROM platform.idempotent_request WHERE tenant_id = @tenant AND subject = @subject AND key = @key
        """;

    private const string Finish = """
        UPDATE platform.idempotent_request SET status = @Status, content_type = @ContentType, sealed_body = @body WHERE tenant_id = @tenant AND subject = @subject AND key = @key
        """;

    private const string DeleteSpent = "DELETE FROM platform.idempotent_request WHERE tenant_id = @tenant AND started_at < @until";

    private const string Forget = "DELETE FROM platform.idempotent_request WHERE tenant_id = @tenant AND subject = @subject AND key = @key";

    /// <returns>How many were removed.</returns>
    public Task<int> DeleteSpentAsync(TenantId tenant, CancellationToken cancellation) => ExecuteAsync(tenant, DeleteSpent, new { tenant, until = clock.GetUtcNow() - Life }, cancellation);

    /// <returns>Null when the key is now the caller's; else who took it before.</returns>
    internal async Task<TakenKey?> TakeAsync(TenantId tenant, string subject, string key, Sha256 digest, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        await using var session = await database.OpenAsync(tenant, cancellation);
        var mine = await session.ExecuteAsync(Take, new { tenant, subject, key, digest, now, until = now - Life }, cancellation) == 1;
        var row = mine ? null : await session.QueryFirstOrDefaultAsync<Row>(Find, new { tenant, subject, key }, cancellation);
        await session.CommitAsync(cancellation);
        // Gone between the two statements: the first one was forgotten, so this one is told to come again.
        if (row is null) return mine ? null : new TakenKey(digest, null);
        return new TakenKey(new Sha256(row.RequestDigest), row.Status is { } status
            ? new KeptAnswer(status, row.ContentType, Envelope.Open(KeyOf(tenant, subject, key), NameOf(tenant, subject, key), row.SealedBody!)) : null);
    }

    internal async Task FinishAsync(TenantId tenant, string subject, string key, KeptAnswer answer, CancellationToken cancellation)
    {
        var body = Envelope.Seal(KeyOf(tenant, subject, key), NameOf(tenant, subject, key), answer.Body);
        await ExecuteAsync(tenant, Finish, new { tenant, subject, key, answer.Status, answer.ContentType, body }, cancellation);
    }

    internal Task ForgetAsync(TenantId tenant, string subject, string key, CancellationToken cancellation) => ExecuteAsync(tenant, Forget, new { tenant, subject, key }, cancellation);

    private async Task<int> ExecuteAsync(TenantId tenant, string sql, object parameters, CancellationToken cancellation)
    {
        await using var session = await database.OpenAsync(tenant, cancellation);
        var rows = await session.ExecuteAsync(sql, parameters, cancellation);
        await session.CommitAsync(cancellation);
        return rows;
    }

    private byte[] KeyOf(TenantId tenant, string subject, string key) => keys.DeriveKey(tenant, TenantKeyKind.Data, Purpose, Encoding.UTF8.GetBytes(subject + "\n" + key));

    private static string NameOf(TenantId tenant, string subject, string key) => $"idempotency/{tenant}/{subject}/{key}";

    private sealed class Row
    {
        public byte[] RequestDigest { get; init; } = [];
        public int? Status { get; init; }
        public string? ContentType { get; init; }
        public byte[]? SealedBody { get; init; }
    }
}
