using Akashi.Platform.Tenancy;

namespace Akashi.Platform.OperatorAccess;

/// <summary>
/// While a request by an operator on a customer's tenant runs, every data call for that tenant goes through the operators' own login to
/// the database, which shows nothing unless the grant is open. Slices need not know, and so cannot forget.
/// </summary>
public static class OperatorPath
{
    private static readonly AsyncLocal<Passage?> Current = new();

    /// <summary>Holds until disposed, also for work that the request started: what outlives the request falls back to the service's path.</summary>
    public static IDisposable Enter(TenantId tenant, Guid grantId) => Current.Value = new Passage(tenant, grantId);

    internal static Guid? GrantFor(TenantId tenant) => Current.Value is { Open: true } passage && passage.Tenant == tenant ? passage.GrantId : null;

    private sealed class Passage(TenantId tenant, Guid grantId) : IDisposable
    {
        private volatile bool _closed;

        public TenantId Tenant => tenant;

        public Guid GrantId => grantId;

        public bool Open => !_closed;

        public void Dispose() => _closed = true;
    }
}
