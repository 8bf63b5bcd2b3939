using System.Text;
using Akashi.Platform.Crypto;
using Akashi.Platform.Tenancy;

namespace Akashi.Platform.Mail;

/// <summary>Seals what mail must not show at rest: bodies with links or codes, passwords of mail servers. Under the tenant's data key.</summary>
internal static class MailSeal
{
    private const string Purpose = "mail";

    public static byte[] Seal(KeyStore keys, TenantId tenant, Guid id, string text) =>
        Envelope.Seal(KeyOf(keys, tenant, id), NameOf(tenant, id), Encoding.UTF8.GetBytes(text));

    /// <exception cref="System.Security.Cryptography.CryptographicException">The value is damaged or another mail's.</exception>
    /// <exception cref="DataKeyDestroyedException">The contract was erased.</exception>
    /// <exception cref="InvalidOperationException">The tenant's key is missing from the key store, and can be brought back.</exception>
    public static string Open(KeyStore keys, TenantId tenant, Guid id, byte[] sealedText) =>
        Encoding.UTF8.GetString(Envelope.Open(KeyOf(keys, tenant, id), NameOf(tenant, id), sealedText));

    private static byte[] KeyOf(KeyStore keys, TenantId tenant, Guid id) => keys.DeriveKey(tenant, TenantKeyKind.Data, Purpose, id.ToByteArray(bigEndian: true));

    private static string NameOf(TenantId tenant, Guid id) => $"mail/{tenant}/{id:N}";
}
