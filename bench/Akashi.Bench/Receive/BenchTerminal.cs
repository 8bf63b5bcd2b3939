using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Akashi.Agent.Protocol;

namespace Akashi.Bench.Receive;

/// <summary>A terminal that enrolled like any other and sends ready-made batches one after another.</summary>
internal sealed class BenchTerminal(BenchService service, Tmid tmid, X509Certificate2 certificate) : IDisposable
{
    private readonly HttpClient _client = service.CreateClient(certificate);

    public Tmid Tmid => tmid;

    public static Task<BenchTerminal> EnrolAsync(BenchService service) => EnrolAsync(service, service.Token);

    /// <param name="apiToken">Of the tenant that it shall belong to.</param>
    /// <param name="known">Null for a new one.</param>
    public static async Task<BenchTerminal> EnrolAsync(BenchService service, string apiToken, Tmid? known = null)
    {
        using var client = service.CreateClient();
        using var ask = new HttpRequestMessage(HttpMethod.Post, service.Address("api", "/api/v1/enrolment-tokens"));
        ask.Headers.Authorization = new("Bearer", apiToken);
        using var answer = await client.SendAsync(ask);
        using var token = JsonDocument.Parse(await answer.EnsureSuccessStatusCode().Content.ReadAsStringAsync());
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var tmid = known ?? Tmid.Parse(Guid.CreateVersion7().ToString());
        var request = new CertificateRequest("CN=" + tmid, key, HashAlgorithmName.SHA256).CreateSigningRequestPem();
        using var enrolled = await client.PostAsJsonAsync(service.Address("enrol", AgentRoutes.Enrol),
            new EnrolRequest(token.RootElement.GetProperty("token").GetString()!, tmid.ToString(), request, "bench", "Linux", "0.0.0"));
        var issued = await enrolled.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<CertificateResponse>();
        using var bare = X509Certificate2.CreateFromPem(issued!.Certificate);
        using var paired = bare.CopyWithPrivateKey(key);
        return new BenchTerminal(service, tmid, X509CertificateLoader.LoadPkcs12(paired.ExportPkcs12(Pkcs12ExportPbeParameters.Pbes2Aes256Sha256, null), null));
    }

    public async Task SendAsync(BenchBatch batch)
    {
        using var response = await PutAsync(batch);
        response.EnsureSuccessStatusCode();
    }

    /// <returns>Null when it was taken, else after how long to come back.</returns>
    public async Task<TimeSpan?> TrySendAsync(BenchBatch batch)
    {
        using var response = await PutAsync(batch);
        if (response.StatusCode is not (HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable)) response.EnsureSuccessStatusCode();
        return response.IsSuccessStatusCode ? null : response.Headers.RetryAfter?.Delta ?? TimeSpan.Zero;
    }

    private async Task<HttpResponseMessage> PutAsync(BenchBatch batch)
    {
        using var content = new ByteArrayContent(batch.Zip);
        return await _client.PutAsync(service.Address("agent", AgentRoutes.Batches + batch.Name.FileName), content);
    }

    public void Dispose()
    {
        _client.Dispose();
        certificate.Dispose();
    }
}

internal sealed record BenchBatch(BatchName Name, byte[] Zip, int Lines);
