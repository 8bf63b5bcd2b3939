using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Akashi.Platform.Web;
using Akashi.Supervisor.Keep;

namespace Akashi.Supervisor.Up;

/// <summary>The activation links of <c>ready.json</c> that still work. Opening one does not use it; sending its form does.</summary>
internal static class ActivationLinks
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static async Task<IReadOnlyList<(string Whose, string Link)>> FindAsync(DataFolder data, ServiceConfig config)
    {
        try
        {
            if (JsonNode.Parse(await File.ReadAllTextAsync(data.ReadyFile)) is not JsonObject ready) return [];
            using var client = new HttpClient(ServiceClient.CreateHandler(await File.ReadAllTextAsync(data.AuthorityFile), config.LocalAddress)) { Timeout = Patience };
            (string Whose, string Member)[] kinds = [(Words.Say("Administrator", "管理者"), "administratorLink"), (Words.Say("Operator", "運用者"), "operatorLink")];
            var found = new List<(string, string)>();
            foreach (var (whose, member) in kinds)
            {
                if (ready[member] is JsonValue value && value.GetValueKind() == JsonValueKind.String && await WorksAsync(client, value.GetValue<string>())) found.Add((whose, value.GetValue<string>()));
            }
            return found;
        }
        catch (Exception e) when (e is IOException or JsonException or HttpRequestException or OperationCanceledException)
        {
            return [];
        }
    }

    private static async Task<bool> WorksAsync(HttpClient client, string link)
    {
        using var answer = await client.GetAsync(new Uri(link), HttpCompletionOption.ResponseHeadersRead);
        return answer.StatusCode == HttpStatusCode.OK;
    }
}
