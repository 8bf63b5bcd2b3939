using System.Text;
using System.Text.Json;
using Akashi.Platform.Audit;
using Akashi.Platform.Crypto;
using Akashi.Platform.Merkle;
using Akashi.Platform.Tenancy;
using Akashi.TestKit;
using Microsoft.AspNetCore.Http;

namespace Akashi.Cli.Tests.Audit;

public sealed class AuditCommandTests : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly HeadSigner _signer;

    public AuditCommandTests() => _signer = new HeadSigner(KeyStore.Open(_folder.File("keys")));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Search_Rows_ShowsThemOnOneLineEachAndFollowsTheCursor()
    {
        await using var api = await FakeApi.StartAsync(context => context.Response.WriteAsJsonAsync(new
        {
            rows = new[] { new { id = "1", at = "2026-02-01T13:20:00+09:00", action = "user.suspend", target = "利用者\n\u001b[31m suzuki", actor = "yamada", actorName = "山田 太郎", address = "192.0.2.7" } },
            next = context.Request.Query.ContainsKey("after") ? null : "5-x",
        }));
        var answer = await Client.RunAsync(api.Data, "audit", "search", "--actor", "山田", "--action", "user.", "--limit", "2");
        Assert.True(answer.Code == 0, answer.Errors);
        Assert.Equal(Enumerable.Repeat("2026/02/01 13:20:00\tuser.suspend\t利用者 \uFFFD[31m suzuki\t山田 太郎 (yamada)\t192.0.2.7", 2), answer.Lines);
        Assert.Equal(["GET /api/v1/audit?limit=2&actor=%E5%B1%B1%E7%94%B0&action=user.", "GET /api/v1/audit?limit=1&actor=%E5%B1%B1%E7%94%B0&action=user.&after=5-x"], api.Requests);
    }

    [Fact]
    public async Task Export_ThenVerify_ProvesTheFileWithoutAService()
    {
        var file = Export("target 0", "target 1");
        await using var api = await FakeApi.StartAsync(context => context.Response.WriteAsync(file));
        var export = await Client.RunAsync(api.Data, "audit", "export", "--target", "target");
        Assert.True(export.Code == 0, export.Errors);
        Assert.Equal(file, export.Output);
        var fingerprint = AuditExportFile.FingerprintOf(_signer.PublicKeyPem);
        var verify = await VerifyAsync(export.Output, "--key", fingerprint);
        Assert.Equal(0, verify.Code);
        Assert.Contains("2 entries", verify.Output, StringComparison.Ordinal);
        Assert.Contains("none between is left out", verify.Output, StringComparison.Ordinal);
        Assert.EndsWith("audit verify: clean\n", verify.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_AChangedFileOrAnotherKey_EndsWithOne()
    {
        var file = Export("target 0", "target 1");
        var changed = await VerifyAsync(file.Replace("target 1", "target 2", StringComparison.Ordinal));
        Assert.Equal(1, changed.Code);
        Assert.Contains("line 3: the entry is not leaf 1", changed.Output, StringComparison.Ordinal);
        var otherKey = await VerifyAsync(file, "--key", new string('0', 64));
        Assert.Equal(1, otherKey.Code);
        Assert.Contains("another key", otherKey.Output, StringComparison.Ordinal);
        Assert.Equal(2, (await Client.RunAsync(_folder.Path, "audit", "verify", _folder.File("none"))).Code);
    }

    private async Task<ClientAnswer> VerifyAsync(string text, params string[] more)
    {
        var path = _folder.File("audit.jsonl");
        await File.WriteAllTextAsync(path, text);
        return await Client.RunAsync(_folder.Path, ["audit", "verify", path, .. more]);
    }

    private string Export(params string[] targets)
    {
        var (tenant, now) = (TenantId.New(TimeProvider.System), new DateTimeOffset(2026, 2, 1, 4, 20, 0, TimeSpan.Zero));
        var leaves = targets.Select(target => new AuditRecord(Guid.CreateVersion7(now), now, AuditActor.User, "yamada", "山田", null, "192.0.2.7", "probe.act", target, null, "{\"a\":1}").ToLeaf(tenant)).ToList();
        var levels = new MerkleLevels([.. leaves.Select(leaf => MerkleTree.LeafHash(leaf))]);
        var tree = new MerkleTree();
        foreach (var leaf in leaves) tree.Append(MerkleTree.LeafHash(leaf));
        var head = _signer.Sign(tenant, AuditExportFormat.LogName, tree, now);
        var header = new AuditExportHeader(AuditExportFormat.Name, AuditExportFormat.Version, tenant.ToString(), AuditExportFormat.LogName, leaves.Count, head.Size, head.Root.ToString(), head.SignedAt, head.Signature, _signer.PublicKeyPem);
        var lines = leaves.Select((leaf, i) => $$"""{"index":{{i}},"proof":[{{string.Join(',', levels.PathOf(i).Select(hash => $"\"{hash}\""))}}],"entry":{{Encoding.UTF8.GetString(leaf)}}}""");
        return string.Join('\n', lines.Prepend(JsonSerializer.Serialize(header, JsonSerializerOptions.Web))) + "\n";
    }
}
