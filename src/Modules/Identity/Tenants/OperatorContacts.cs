using Akashi.Platform.Database;
using Akashi.Platform.Jobs;
using Akashi.Platform.Tenancy;

namespace Akashi.Identity.Tenants;

/// <summary>To whom the service's own alarms go: the account recipient of the operator's contract.</summary>
internal static class OperatorContacts
{
    public static async Task<OperatorContact?> FindAsync(AkashiDatabase database, CancellationToken cancellation)
    {
        if (await database.QueryBeforeTenantAsync<Guid>("SELECT id FROM identity.tenant WHERE kind = 'operator'", null, cancellation) is not [var id]) return null;
        var tenant = new TenantId(id);
        var rows = await database.QueryOnceAsync<(string Name, string Mail)>(tenant, "SELECT account_recipient_name, account_recipient_mail FROM identity.contract", null, cancellation);
        return rows is [var contact] ? new OperatorContact(tenant, contact.Name, contact.Mail) : null;
    }
}
