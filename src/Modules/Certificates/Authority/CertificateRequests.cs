using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Akashi.Platform.Errors;

namespace Akashi.Certificates.Authority;

/// <summary>Reads PKCS#10 requests of strangers.</summary>
internal static class CertificateRequests
{
    private const int MaximumLength = 16 * 1024;
    private const int MinimumRsaBits = 2048;
    private const int MaximumRsaBits = 8192; // larger ones only cost time

    /// <summary>The request's public key after its signature was checked. Names and extensions that it asks for are ignored.</summary>
    public static Outcome<PublicKey> ReadPublicKey(string pem)
    {
        if (pem.Length > MaximumLength) return new RequestUnreadable($"{pem.Length} characters");
        CertificateRequest request;
        try
        {
            request = CertificateRequest.LoadSigningRequestPem(pem, HashAlgorithmName.SHA256);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            return new RequestUnreadable(e.Message);
        }
        return Judge(request.PublicKey) is { } failure ? failure : request.PublicKey;
    }

    private static KeyTooWeak? Judge(PublicKey key)
    {
        try
        {
            using var elliptic = key.GetECDsaPublicKey();
            if (elliptic is not null)
            {
                var curve = elliptic.ExportParameters(includePrivateParameters: false).Curve;
                var name = curve.IsNamed ? curve.Oid.Value ?? curve.Oid.FriendlyName : "explicit curve";
                return name is "1.2.840.10045.3.1.7" or "1.3.132.0.34" ? null : new KeyTooWeak($"ECDSA {name}");
            }
            using var rsa = key.GetRSAPublicKey();
            if (rsa is not null) return rsa.KeySize is >= MinimumRsaBits and <= MaximumRsaBits ? null : new KeyTooWeak($"RSA {rsa.KeySize}");
        }
        catch (CryptographicException)
        {
            // falls through: a key that cannot even be read is refused by its algorithm's name
        }
        return new KeyTooWeak(key.Oid.FriendlyName ?? key.Oid.Value ?? "unknown");
    }
}
