using Akashi.Platform.OperatorAccess;
using Akashi.Platform.Tenancy;
using Akashi.Platform.Web;

namespace Akashi.Operations.OperatorAccess;

/// <summary>A grant in words of the reader's language.</summary>
internal static class GrantWords
{
    public static string StateOf(GrantStatus status) => status switch
    {
        GrantStatus.Granted => "StateActive",
        GrantStatus.Asked => "StateQuiet",
        _ => "StateEnded",
    };

    public static string BasisOf(OperatorGrant grant) => grant.Basis == GrantBasis.LegalOrder ? Text.Of.Format("LegalOrderWith", grant.LegalReference) : Text.Of["Consent"];

    public static string RightsOf(OperatorGrant grant) => string.Join(Text.Of["Comma"], grant.Permissions.Select(NameOf));

    public static string NameOf(string id) => !PermissionCatalogue.TryFind(id, out var entry) ? id : PageLanguage.Say(entry.Japanese, entry.English);
}
