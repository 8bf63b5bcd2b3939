using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Akashi.Agent.Protocol;
using Akashi.Platform.Web;
using Akashi.TestKit.Service;

namespace Akashi.TestKit.Terminals;

/// <summary>How the service answered a batch.</summary>
/// <param name="Code">Stable id of the refusal; null when it was taken.</param>
/// <param name="Stored">False when it was there already, or refused.</param>
public sealed record BatchAnswer(HttpStatusCode Status, string? Code, TimeSpan? RetryAfter, long Lines, bool Stored)
{
    public bool Acknowledged => (int)Status is >= 200 and < 300;

    public static async Task<BatchAnswer> ReadAsync(HttpResponseMessage answer)
    {
        var text = await answer.Content.ReadAsStringAsync();
        using var body = JsonDocument.Parse(text.Length == 0 ? "{}" : text);
        var root = body.RootElement;
        var receipt = answer.IsSuccessStatusCode;
        return new BatchAnswer(answer.StatusCode, root.TryGetProperty("code", out var code) ? code.GetString() : null, answer.Headers.RetryAfter?.Delta,
            receipt ? root.GetProperty("lines").GetInt64() : 0, receipt && root.GetProperty("stored").GetBoolean());
    }
}

/// <summary>A terminal without the recording part: a key of its own, a certificate by real enrolment, batches over mutual TLS.</summary>
public sealed class TestTerminal : IDisposable
{
    private TestTerminal(Tmid tmid, X509Certificate2 certificate, HttpClient client) => (Tmid, Certificate, Client) = (tmid, certificate, client);

    public Tmid Tmid { get; }

    /// <summary>With its private key.</summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>Of the agent host, with the certificate.</summary>
    public HttpClient Client { get; }

    public static async Task<TestTerminal> EnrolAsync(RunningService service)
    {
        using var api = service.CreateApi();
        return await EnrolAsync(service.CreateClient, await api.CreateEnrolmentTokenAsync());
    }

    /// <param name="createClient">Makes a client of a host, with a client certificate or without.</param>
    public static async Task<TestTerminal> EnrolAsync(Func<ServiceHost, X509Certificate2?, HttpClient> createClient, string enrolmentToken)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var tmid = NewTmid();
        using var client = createClient(ServiceHost.Enrol, null);
        using var answer = await client.PostAsJsonAsync(AgentRoutes.Enrol, new EnrolRequest(enrolmentToken, tmid.ToString(), RequestOf(key), ComputerOf(tmid), "Test terminal", "0.1.0"));
        if (!answer.IsSuccessStatusCode) throw new InvalidOperationException($"Enrolment was refused: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
        var response = (await answer.Content.ReadFromJsonAsync<CertificateResponse>())!;
        using var certificate = X509Certificate2.CreateFromPem(response.Certificate);
        var pair = WithKey(certificate, key);
        return new TestTerminal(tmid, pair, createClient(ServiceHost.Agent, pair));
    }

    public static Tmid NewTmid() => Tmid.Parse(new Guid(RandomNumberGenerator.GetBytes(16)).ToString());

    /// <summary>The computer name under which a terminal of this id enrols.</summary>
    public static string ComputerOf(Tmid tmid) => $"PC-{tmid.ToString()[..8]}";

    /// <summary>PKCS#10 in PEM, signed with the key.</summary>
    public static string RequestOf(ECDsa key) => new CertificateRequest("CN=terminal", key, HashAlgorithmName.SHA256).CreateSigningRequestPem();

    /// <summary>A certificate that the TLS layer can use with its key.</summary>
    public static X509Certificate2 WithKey(X509Certificate2 certificate, ECDsa key)
    {
        using var pair = certificate.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(pair.ExportPkcs12(Pkcs12ExportPbeParameters.Pbes2Aes256Sha256, null), null);
    }

    public Task<BatchAnswer> PutAsync(TestBatch batch, CancellationToken cancellation = default) => PutAsync(batch.Name.FileName, batch.Zip, cancellation);

    public Task<BatchAnswer> PutAsync(string fileName, byte[] body, CancellationToken cancellation = default) => PutAsync(Client, fileName, body, cancellation);

    public static async Task<BatchAnswer> PutAsync(HttpClient client, string fileName, byte[] body, CancellationToken cancellation = default)
    {
        using var content = new ByteArrayContent(body);
        using var answer = await client.PutAsync(new Uri(AgentRoutes.Batches + Uri.EscapeDataString(fileName), UriKind.Relative), content, cancellation);
        return await BatchAnswer.ReadAsync(answer);
    }

    public void Dispose()
    {
        Client.Dispose();
        Certificate.Dispose();
    }
}
