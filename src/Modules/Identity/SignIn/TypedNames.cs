using System.Text;
using Akashi.Identity.Tenants;
using Akashi.Identity.Users;
using Akashi.Platform.Crypto;
using Akashi.Platform.Database;
using Akashi.Platform.Tenancy;

namespace Akashi.Identity.SignIn;

/// <summary>Whom typed names mean.</summary>
/// <param name="Tenant">The operator's for an unknown support id: there the attempt is written down.</param>
/// <param name="UserKey">A key that nobody has when the support id is unknown or the name can be none.</param>
internal sealed record TypedAccount(TenantId Tenant, string UserKey);

/// <summary>Turns what was typed before sign-in into a tenant and a key; known and unknown names take the same steps.</summary>
internal sealed class TypedNames(AkashiDatabase database)
{
    private const char DecoyMark = '\u0001'; // no folded user name holds a control character

    private const string FindTenant = """
        SELECT id, support_id = @supportId AS known FROM identity.tenant
        WHERE (support_id = @supportId AND status = 'active') OR kind = 'operator' ORDER BY support_id = @supportId DESC LIMIT 1
        """;

    public static bool TooLong(string typed) => typed.Length > UserKey.MaximumInput;

    public async Task<TypedAccount> ResolveAsync(string typedSupportId, string typedUserId, CancellationToken cancellation)
    {
        var supportId = SupportId.TryFold(typedSupportId) ?? "";
        var found = (await database.QueryBeforeTenantAsync<TenantRow>(FindTenant, new { supportId }, cancellation)).Single();
        return new TypedAccount(new TenantId(found.Id), (found.Known ? UserKey.TryFold(typedUserId) : null) ?? DecoyOf(typedSupportId, typedUserId));
    }

    /// <summary>The same each time the same is typed.</summary>
    private static string DecoyOf(string supportId, string userId) => DecoyMark + Sha256.Of(Encoding.UTF8.GetBytes($"{supportId}{DecoyMark}{userId}")).ToString();

    private sealed record TenantRow(Guid Id, bool Known);
}
