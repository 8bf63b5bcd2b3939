using System.Security.Cryptography;
using System.Text;
using Akashi.Platform.Audit;
using Akashi.Platform.Crypto;
using Akashi.Platform.Database;
using Akashi.Platform.Merkle;
using Xunit;

namespace Akashi.Platform.Tests.Audit;

public sealed class AuditExportTests : IAsyncLifetime
{
    private readonly int _seed = RandomNumberGenerator.GetInt32(int.MaxValue);
    private AuditSetting _setting = null!;

    public async ValueTask InitializeAsync()
    {
        _setting = await AuditSetting.CreateAsync();
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {_seed}");
    }

    public ValueTask DisposeAsync() => _setting.DisposeAsync();

    /// <summary>Alone or with an act, one by one or many at once: what was written is proven by every export.</summary>
    [Fact]
    public async Task Write_AnySequence_YieldsProofsThatVerify()
    {
        var chance = new Seeded(_seed);
        for (var (written, round) = (0, 0); round < 6; round++)
        {
            var (alone, withActs) = (chance.Next(120), chance.Next(15));
            await Task.WhenAll(Enumerable.Range(written, alone).Select(i => _setting.WriteAsync($"target {i % 7}", after: new { text = "\"証跡\"\\\n\u2028", number = chance.Next(1000) })));
            for (var i = 0; i < withActs; i++) await _setting.WriteWithActAsync($"target {i % 7}");
            await _setting.SequenceAsync();
            written += alone + withActs;
            if (written == 0) continue;

            var whole = await AuditExportFile.VerifyAsync(new MemoryStream(await ExportAsync(new AuditFilter())), CancellationToken.None);
            Assert.Empty(whole.Findings);
            Assert.Equal((written, true, _setting.Tenant), (whole.Entries, whole.Gapless, whole.Tenant!.Value));
            Assert.Equal(_setting.Export.KeyFingerprint, whole.KeyFingerprint);
            var part = await AuditExportFile.VerifyAsync(new MemoryStream(await ExportAsync(new AuditFilter(Target: "target 3"))), CancellationToken.None);
            Assert.Empty(part.Findings);
            Assert.Equal(await _setting.CountWhereAsync("audit_entry", "target = 'target 3'"), part.Entries);
        }
    }

    [Fact]
    public async Task Write_ToASlowReader_HoldsNoConnectionMeanwhile()
    {
        for (var i = 0; i < 20; i++) await _setting.WriteAsync($"target {i}");
        await using var narrow = new AkashiDatabase(_setting.Database.ApplicationConnection + ";Maximum Pool Size=1;Timeout=2", _setting.Database.OperatorConnection);
        var export = new AuditExport(narrow, _setting.Log, _setting.Signer);
        Assert.True((await export.PlanAsync(_setting.Tenant, new AuditFilter(), CancellationToken.None)).TryGet(out var plan, out _));
        var slow = new SlowReader(async () =>
        {
            await using var session = await narrow.OpenAsync(_setting.Tenant);
        });
        await export.WriteAsync(plan, slow, CancellationToken.None);
        Assert.True(slow.Waits > 1);
    }

    /// <summary>Somebody else uses the database while this one takes its time.</summary>
    private sealed class SlowReader(Func<Task> meanwhile) : MemoryStream
    {
        public int Waits { get; private set; }

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Waits++;
            await meanwhile();
            await base.WriteAsync(buffer, cancellationToken);
        }
    }

    [Fact]
    public async Task Verify_AnyChangedByte_IsFoundOrChangesNothingThatIsSaid()
    {
        for (var i = 0; i < 5; i++) await _setting.WriteAsync($"target {i}");
        var sound = await ExportAsync(new AuditFilter());
        var before = await AuditExportFile.VerifyAsync(new MemoryStream(sound), CancellationToken.None);
        Assert.True(before.Sound);
        var chance = new Seeded(_seed);
        for (var i = 0; i < 400; i++)
        {
            var (changed, at) = ((byte[])sound.Clone(), chance.Next(sound.Length));
            changed[at] ^= (byte)(1 << chance.Next(8));
            var proof = await AuditExportFile.VerifyAsync(new MemoryStream(changed), CancellationToken.None);
            Assert.False(proof.Sound && IsInsideAnEntry(sound, at), $"byte {at} was changed unnoticed");
            // Letter case of a hexadecimal digit, for example, says the same.
            if (proof.Sound) Assert.Equal(before with { Findings = [], Head = null }, proof with { Findings = [], Head = null });
        }
    }

    [Fact]
    public async Task Verify_AnExportWithoutOneOfItsLines_IsRefused()
    {
        for (var i = 0; i < 5; i++) await _setting.WriteAsync($"target {i}");
        var lines = Encoding.UTF8.GetString(await ExportAsync(new AuditFilter())).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        foreach (var left in Enumerable.Range(0, lines.Length))
            Assert.False((await VerifyAsync(string.Join('\n', lines.Where((_, i) => i != left)))).Sound);
        Assert.False((await VerifyAsync(string.Join('\n', lines.Append(lines[^1])))).Sound);
        Assert.False((await VerifyAsync(string.Join('\n', [lines[0], .. lines.Skip(1).Reverse()]))).Sound);
    }

    [Fact]
    public async Task Verify_AnExportSignedByAnotherService_ShowsAnotherFingerprint()
    {
        await _setting.WriteAsync("target");
        await using var other = await AuditSetting.CreateAsync();
        await other.WriteAsync("target");
        var text = Encoding.UTF8.GetString(await ExportAsync(new AuditFilter()));
        var swapped = text.Replace(Escaped(_setting), Escaped(other), StringComparison.Ordinal);
        Assert.NotEqual(text, swapped);
        var proof = await VerifyAsync(swapped);
        Assert.Contains("signature of the tree head is wrong", string.Join('\n', proof.Findings), StringComparison.Ordinal);
        Assert.NotEqual(_setting.Export.KeyFingerprint, other.Export.KeyFingerprint);

        static string Escaped(AuditSetting setting) => System.Text.Json.JsonSerializer.Serialize(setting.Signer.PublicKeyPem).Trim('"');
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("{\"format\":\"akashi-audit-export\",\"version\":1}")]
    [InlineData("\u0000\u0001")]
    public async Task Verify_WhatIsNoExport_IsRefused(string text) => Assert.False((await VerifyAsync(text)).Sound);

    [Fact]
    public async Task Verify_AnEndlessLine_IsRefusedWithoutHoldingIt() => Assert.Contains("longer than", string.Join('\n', (await VerifyAsync(new string('x', 1_000_000))).Findings), StringComparison.Ordinal);

    [Fact]
    public async Task Plan_OfNothing_IsRefused()
    {
        Assert.Equal("audit-export-empty", (await _setting.Export.PlanAsync(_setting.Tenant, new AuditFilter(), CancellationToken.None)).Failure?.Code);
        await _setting.WriteAsync("target");
        Assert.Equal("audit-export-empty", (await _setting.Export.PlanAsync(_setting.Tenant, new AuditFilter(Target: "none"), CancellationToken.None)).Failure?.Code);
        Assert.Equal("audit-export-empty", (await _setting.Export.PlanAsync(_setting.Other, new AuditFilter(), CancellationToken.None)).Failure?.Code);
    }

    [Fact]
    public async Task Write_OfALogWhoseLeavesWereChanged_IsRefused()
    {
        await _setting.WriteAsync("target");
        await _setting.Database.ExecuteAsOwnerAsync("UPDATE platform.audit_leaf SET leaf_hash = decode(repeat('00', 32), 'hex')");
        await Assert.ThrowsAsync<InvalidOperationException>(() => ExportAsync(new AuditFilter()));
    }

    [Fact]
    public void Levels_OfEverySize_GiveTheProofsOfTheTree()
    {
        for (var size = 1; size <= 70; size++)
        {
            Sha256[] leaves = [.. Enumerable.Range(0, size).Select(i => MerkleTree.LeafHash(Encoding.ASCII.GetBytes($"leaf {i}")))];
            var levels = new MerkleLevels(leaves);
            Assert.Equal(MerkleProofs.Root(leaves), levels.Root);
            for (var i = 0; i < size; i++) Assert.Equal(MerkleProofs.Inclusion(leaves, i), levels.PathOf(i));
        }
    }

    private static bool IsInsideAnEntry(byte[] file, int at)
    {
        var line = file.AsSpan(0, at).LastIndexOf((byte)'\n') + 1;
        var entry = file.AsSpan(line).IndexOf("\"entry\":"u8);
        return line > 0 && entry >= 0 && at >= line + entry;
    }

    private static Task<AuditExportProof> VerifyAsync(string text) => AuditExportFile.VerifyAsync(new MemoryStream(Encoding.UTF8.GetBytes(text)), CancellationToken.None);

    private async Task<byte[]> ExportAsync(AuditFilter filter)
    {
        var outcome = await _setting.Export.PlanAsync(_setting.Tenant, filter, CancellationToken.None);
        if (!outcome.TryGet(out var plan, out var failure)) throw new InvalidOperationException(failure.English);
        using var memory = new MemoryStream();
        await _setting.Export.WriteAsync(plan, memory, CancellationToken.None);
        return memory.ToArray();
    }
}
