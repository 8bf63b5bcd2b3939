using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Akashi.Platform.Tenancy;

/// <summary>
/// A random credential that carries its tenant, so that it is looked up inside that tenant alone: 32 hex digits of the tenant,
/// a separator, 32 random bytes in base64url. Only the SHA-256 of the random part is stored.
/// </summary>
public sealed record TenantSecret(TenantId Tenant, byte[] Digest)
{
    private const int SecretSize = 32;
    private const int TenantLength = 32;
    private static readonly int SecretLength = Base64Url.GetEncodedLength(SecretSize);

    /// <param name="separator">Between tenant and secret, for example <c>_</c>; what stands before, such as <c>akt_</c>, is the caller's.</param>
    /// <returns>The credential for its holder, this once, and what to store.</returns>
    public static (string Text, TenantSecret Secret) Create(TenantId tenant, char separator)
    {
        Span<byte> random = stackalloc byte[SecretSize];
        RandomNumberGenerator.Fill(random);
        return ($"{tenant}{separator}{Base64Url.EncodeToString(random)}", new TenantSecret(tenant, SHA256.HashData(random)));
    }

    public static bool TryParse(ReadOnlySpan<char> text, char separator, [NotNullWhen(true)] out TenantSecret? secret)
    {
        secret = null;
        if (text.Length != TenantLength + 1 + SecretLength || text[TenantLength] != separator) return false;
        var name = text[..TenantLength].ToString();
        if (!TenantId.TryParse(name, out var tenant) || tenant.ToString() != name) return false; // one secret, one text
        Span<byte> random = stackalloc byte[SecretSize];
        if (Base64Url.DecodeFromChars(text[(TenantLength + 1)..], random, out _, out var written) != OperationStatus.Done || written != SecretSize) return false;
        secret = new TenantSecret(tenant, SHA256.HashData(random));
        return true;
    }
}
