using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Akashi.Agent.Protocol;
using Akashi.Platform.Crypto;
using Akashi.Platform.Web;
using Akashi.TestKit.Service;
using Akashi.TestKit.Terminals;

namespace Akashi.App.Tests.Receiving;

/// <summary>Only a certificate that this service issued, that is valid and not revoked, opens the agent host.</summary>
[Collection(SharedService.Name)]
public sealed class TerminalCertificateTests(ServiceFixture fixture)
{
    private static readonly TimeProvider Clock = TimeProvider.System;

    private RunningService Service => fixture.Service;

    public static TheoryData<string, HttpStatusCode, string> Bad => new()
    {
        { "none", HttpStatusCode.Unauthorized, "certificate-missing" },
        { "self-signed", HttpStatusCode.Forbidden, "certificate-foreign" },
        { "foreign authority of the same name", HttpStatusCode.Forbidden, "certificate-foreign" },
        { "server certificate", HttpStatusCode.Forbidden, "certificate-foreign" },
        { "expired", HttpStatusCode.Forbidden, "certificate-expired" },
        { "ours but not on record", HttpStatusCode.Forbidden, "certificate-revoked" },
    };

    [Theory]
    [MemberData(nameof(Bad))]
    public async Task Put_BadCertificate_IsRefusedAndStoresNothing(string kind, HttpStatusCode status, string code)
    {
        using var terminal = await TestTerminal.EnrolAsync(Service);
        var before = await StoredState.SettledAsync(Service);
        using var certificate = Make(kind, terminal);
        using var client = Service.CreateClient(ServiceHost.Agent, certificate);
        var batch = TestBatch.Of(terminal.Tmid, Clock.GetUtcNow(), "x");

        var answer = await TestTerminal.PutAsync(client, batch.Name.FileName, batch.Zip);
        using var policy = await client.GetAsync(new Uri(AgentRoutes.Policy, UriKind.Relative));

        Assert.Equal((status, code), (answer.Status, answer.Code));
        Assert.Equal(status, policy.StatusCode);
        Assert.Equal(before, await StoredState.OfAsync(Service));
        Assert.True((await terminal.PutAsync(batch)).Stored, "the terminal's own certificate still works");
    }

    [Fact]
    public async Task Enrol_UsedTokenOtherKey_IsRefused()
    {
        using var api = Service.CreateApi();
        var token = await api.CreateEnrolmentTokenAsync();
        using var first = await TestTerminal.EnrolAsync(Service.CreateClient, token);
        var second = await Assert.ThrowsAsync<InvalidOperationException>(() => TestTerminal.EnrolAsync(Service.CreateClient, token));
        Assert.Contains("enrolment-token-refused", second.Message, StringComparison.Ordinal);
    }

    private X509Certificate2? Make(string kind, TestTerminal terminal)
    {
        var now = Clock.GetUtcNow();
        var keys = KeyStore.Open(Path.Combine(Service.Data, "keys"));
        using var authorityKey = ECDsa.Create();
        authorityKey.ImportPkcs8PrivateKey(keys.ReadServiceSecret("authority.key")!, out _);
        using var certificate = X509CertificateLoader.LoadCertificate(keys.ReadServiceSecret("authority.certificate")!);
        using var authority = certificate.CopyWithPrivateKey(authorityKey);
        using var otherKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var other = SelfSigned(authority.SubjectName, otherKey, now);
        switch (kind)
        {
            case "none":
                return null;
            case "self-signed":
                return SelfSigned(terminal.Certificate.SubjectName, otherKey, now);
            case "foreign authority of the same name":
                return Issue(other, terminal, now.AddDays(-1), now.AddDays(30));
            case "server certificate":
                var pem = Encoding.ASCII.GetString(keys.ReadServiceSecret("server-agent")!);
                using (var pair = X509Certificate2.CreateFromPem(pem, pem)) return X509CertificateLoader.LoadPkcs12(pair.ExportPkcs12(Pkcs12ExportPbeParameters.Pbes2Aes256Sha256, null), null);
            case "expired":
                return Issue(authority, terminal, authority.NotBefore, now.AddSeconds(-10));
            case "ours but not on record":
                return Issue(authority, terminal, authority.NotBefore, now.AddDays(30));
            default:
                throw new ArgumentOutOfRangeException(nameof(kind), kind, "unknown");
        }
    }

    private static X509Certificate2 SelfSigned(X500DistinguishedName name, ECDsa key, DateTimeOffset now)
    {
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        return request.CreateSelfSigned(now.AddDays(-2), now.AddDays(60));
    }

    /// <summary>Names, purpose and alternative names exactly as of the terminal's own certificate.</summary>
    private static X509Certificate2 Issue(X509Certificate2 authority, TestTerminal terminal, DateTimeOffset from, DateTimeOffset until)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(terminal.Certificate.SubjectName, key, HashAlgorithmName.SHA256);
        foreach (var extension in terminal.Certificate.Extensions.Where(extension => extension is not (X509SubjectKeyIdentifierExtension or X509AuthorityKeyIdentifierExtension))) request.CertificateExtensions.Add(extension);
        using var issued = request.Create(authority, from, until, RandomNumberGenerator.GetBytes(12));
        return TestTerminal.WithKey(issued, key);
    }
}
