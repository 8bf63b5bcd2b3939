namespace Akashi.Certificates;

/// <summary>Names on disk, in the key store and inside certificates.</summary>
internal static class CertificateNames
{
    /// <summary>PEM of the authority in the data folder, for clients that must trust it.</summary>
    public const string TrustFile = "authority.pem";

    public const string AuthorityKeySecret = "authority.key";
    public const string AuthorityCertificateSecret = "authority.certificate";

    public const string AuthorityCommonName = "Akashi Certification Authority";
    public const string Organisation = "Akashi";

    /// <summary>Subject alternative name of a terminal: urn:akashi:terminal:TENANT:TMID.</summary>
    public const string TerminalUrn = "urn:akashi:terminal:";

    public const string ServerAuthentication = "1.3.6.1.5.5.7.3.1"; // RFC 5280 §4.2.1.12
    public const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";
}
