using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Akashi.Agent.Protocol;
using Akashi.Durability;

namespace Akashi.Agent.Enrolment;

/// <summary>
/// Key pair, certificate and terminal id in the data folder. The private key is created here and never leaves. A renewed pair lies beside
/// the old one until it has been used once.
/// </summary>
internal sealed class TerminalIdentity(AgentFiles files)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public bool IsEnrolled => File.Exists(files.Certificate) && File.Exists(files.Key);

    public bool HasNext => File.Exists(files.NextCertificate) && File.Exists(files.NextKey);

    /// <summary>Chosen at random at the first start; the certificate is bound to it.</summary>
    public Tmid Tmid()
    {
        if (File.Exists(files.Tmid)) return Protocol.Tmid.Parse(File.ReadAllText(files.Tmid).Trim());
        Span<byte> random = stackalloc byte[16];
        RandomNumberGenerator.Fill(random);
        random[6] = (byte)((random[6] & 0x0F) | 0x40); // RFC 9562 §5.4: version 4
        random[8] = (byte)((random[8] & 0x3F) | 0x80);
        var tmid = Protocol.Tmid.Parse(new Guid(random, bigEndian: true).ToString("D"));
        WriteText(files.Tmid, tmid + "\n");
        return tmid;
    }

    /// <summary>
    /// Made once and kept until there is a certificate: after a crash between the service's answer and its storing, the same bytes let the
    /// service see that the one-time token is used again by the same terminal.
    /// </summary>
    public string EnrolmentRequest()
    {
        if (File.Exists(files.Request)) return File.ReadAllText(files.Request);
        using var key = OpenOrCreate(files.Key);
        var request = Request(key);
        WriteText(files.Request, request);
        return request;
    }

    public string RenewalRequest()
    {
        using var key = OpenOrCreate(files.NextKey);
        return Request(key);
    }

    public X509Certificate2 Certificate()
    {
        try
        {
            return X509Certificate2.CreateFromPemFile(files.Certificate, files.Key);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException && HasNext)
        {
            AdoptNext(); // a crash fell between the two files
            return X509Certificate2.CreateFromPemFile(files.Certificate, files.Key);
        }
    }

    public X509Certificate2 NextCertificate() => X509Certificate2.CreateFromPemFile(files.NextCertificate, files.NextKey);

    public void Store(CertificateResponse response)
    {
        Check(response, files.Key);
        WriteText(files.Authorities, response.Authorities);
        WriteText(files.Certificate, response.Certificate);
        File.Delete(files.Request);
    }

    public void StoreNext(CertificateResponse response)
    {
        Check(response, files.NextKey);
        WriteText(files.Authorities, response.Authorities);
        WriteText(files.NextCertificate, response.Certificate);
    }

    /// <summary>The renewed pair has been used: it takes the old one's place. After a crash in between the next pair is still there and is adopted again.</summary>
    public void AdoptNext()
    {
        WriteText(files.Key, File.ReadAllText(files.NextKey));
        WriteText(files.Certificate, File.ReadAllText(files.NextCertificate));
        DropNext();
    }

    /// <summary>The service does not accept the renewed pair; the old one goes on, a new try follows.</summary>
    public void DropNext()
    {
        File.Delete(files.NextCertificate);
        File.Delete(files.NextKey);
    }

    public X509Certificate2Collection Authorities(string? given)
    {
        var authorities = new X509Certificate2Collection();
        if (given is not null) authorities.ImportFromPemFile(given);
        if (File.Exists(files.Authorities)) authorities.ImportFromPemFile(files.Authorities);
        // Without an own root nothing may be trusted: the system's roots are other people's.
        return authorities.Count > 0 ? authorities : throw new AgentProblem("No certificate authority is known yet. Give the service's authority by --authority FILE.pem.");
    }

    private string Request(ECDsa key) =>
        new CertificateRequest($"CN={Tmid()}", key, HashAlgorithmName.SHA256).CreateSigningRequestPem();

    private static ECDsa OpenOrCreate(string path)
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        if (File.Exists(path)) key.ImportFromPem(File.ReadAllText(path));
        else WriteText(path, key.ExportPkcs8PrivateKeyPem() + "\n");
        return key;
    }

    private static void Check(CertificateResponse response, string key)
    {
        try
        {
            using var pair = X509Certificate2.CreateFromPem(response.Certificate, File.ReadAllText(key));
            var authorities = new X509Certificate2Collection();
            authorities.ImportFromPem(response.Authorities);
            if (authorities.Count == 0) throw new AgentProblem("The service answered without a certificate authority.");
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw new AgentProblem($"The service answered with a certificate that does not fit the terminal's key: {e.Message}");
        }
    }

    private static void WriteText(string path, string text) => DurableFile.Write(path, System.Text.Encoding.UTF8.GetBytes(text), OwnerOnly);
}
