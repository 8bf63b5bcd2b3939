using Akashi.Platform.Audit;
using Akashi.Platform.Crypto;
using Akashi.Platform.Merkle;
using Akashi.Platform.Tenancy;
using Xunit;

namespace Akashi.Platform.Tests.Audit;

/// <summary>Each way in which the log can be changed past the service is found and named.</summary>
public sealed class AuditVerificationTests : IAsyncLifetime
{
    private AuditSetting _setting = null!;

    public async ValueTask InitializeAsync()
    {
        _setting = await AuditSetting.CreateAsync();
        for (var i = 0; i < 4; i++) await _setting.WriteAsync($"target {i}", before: new { name = "前", count = i }, after: new { name = "後", ratio = 0.1 + i });
        for (var i = 4; i < 8; i++) await _setting.WriteWithActAsync($"target {i}");
        await _setting.SequenceAsync();
        await AssertSoundAsync(entries: 8);
    }

    public ValueTask DisposeAsync() => _setting.DisposeAsync();

    [Fact]
    public async Task Verify_AChangeOfAnyColumn_IsNamed()
    {
        string[] changes =
        [
            "target = 'other'", "actor = 'suzuki'", "actor_kind = 'service'", "actor_name = ''", "address = '198.51.100.1'", "action = 'probe.other'",
            "at = at + interval '1 microsecond'", "operator_tenant = tenant_id", "before = NULL", "before = '{\"name\":\"前\", \"count\":2}'", "after = '{}'",
        ];
        await _setting.Database.ExecuteAsOwnerAsync("CREATE TABLE platform.as_it_was AS TABLE platform.audit_entry");
        foreach (var change in changes)
        {
            await AssertFoundAsync($"UPDATE platform.audit_entry SET {change} WHERE target = 'target 2'", "audit entry 2 (", "was changed");
            await _setting.Database.ExecuteAsOwnerAsync("DELETE FROM platform.audit_entry; INSERT INTO platform.audit_entry SELECT * FROM platform.as_it_was");
        }
        await AssertSoundAsync(entries: 8);
    }

    [Fact]
    public Task Verify_ADeletedEntry_IsNamed() => AssertFoundAsync("DELETE FROM platform.audit_entry WHERE target = 'target 2'", "audit entries 2 to 2 are missing");

    [Fact]
    public Task Verify_ADeletedEntryAndLeaf_IsNamed() => AssertFoundAsync(
        "DELETE FROM platform.audit_leaf WHERE leaf_index = 2; DELETE FROM platform.audit_entry WHERE target = 'target 2'", "leaves 2 to 2 are missing", "does not fit the entries");

    [Fact]
    public Task Verify_ADeletedEnd_IsFound() => AssertFoundAsync("DELETE FROM platform.audit_leaf WHERE leaf_index = 7", "its leaves at 7");

    [Fact]
    public Task Verify_AnInsertedEntry_IsNamed() => AssertFoundAsync(Copy, "was inserted past the log");

    [Fact]
    public Task Verify_AnInsertedEntryWithALeaf_DoesNotFitTheSignature() => AssertFoundAsync(
        Copy + "; INSERT INTO platform.audit_leaf SELECT tenant_id, 8, '00000000-0000-7000-8000-000000000001', leaf_hash FROM platform.audit_leaf WHERE leaf_index = 2", "its leaves at 9");

    [Fact]
    public Task Verify_ARewrittenLeaf_IsFound() => AssertFoundAsync(
        "UPDATE platform.audit_leaf SET leaf_hash = decode(repeat('00', 32), 'hex') WHERE leaf_index = 0", "audit entry 0 (", "does not fit the entries");

    [Fact]
    public Task Verify_AForgedHead_HasAWrongSignature() => AssertFoundAsync(
        "UPDATE platform.audit_signed_head SET signed_at = signed_at + interval '1 day' WHERE size = 1", "wrong signature");

    [Fact]
    public Task Verify_EntriesThatChangedPlaces_AreFound() => AssertFoundAsync(
        """
        UPDATE platform.audit_entry a SET target = b.target, at = b.at, before = b.before, after = b.after FROM platform.audit_entry b
        WHERE (a.target, b.target) IN (('target 1', 'target 2'), ('target 2', 'target 1'))
        """, "audit entry 1 (", "audit entry 2 (");

    [Fact]
    public async Task Sequencer_AnEntryInsertedPastTheService_IsRefusedAndNamed()
    {
        await AssertFoundAsync(Copy + """
            ; INSERT INTO platform.audit_pending (tenant_id, entry_id, seal) SELECT tenant_id, id, decode(repeat('00', 32), 'hex') FROM platform.audit_entry WHERE target = 'forged';
            INSERT INTO platform.signal (queue, tenant_id, due_at) SELECT 'audit', tenant_id, '2000-01-01' FROM platform.audit_head
            """, "was not written so by the service");
        await _setting.SequenceAsync();
        Assert.Equal(8, await _setting.CountAsync("audit_leaf"));
        await _setting.WriteWithActAsync("after it");
        await _setting.SequenceAsync();
        Assert.Equal(9, await _setting.CountAsync("audit_leaf"));
    }

    [Fact]
    public async Task Sequencer_AnEntryChangedWhileItWaits_IsRefused()
    {
        await _setting.WriteWithActAsync("waiting");
        await _setting.Database.ExecuteAsOwnerAsync("UPDATE platform.audit_entry SET target = 'changed' WHERE target = 'waiting'");
        await _setting.SequenceAsync();
        Assert.Equal(8, await _setting.CountAsync("audit_leaf"));
        Assert.Contains("was not written so by the service", string.Join('\n', (await VerifyAsync()).Findings), StringComparison.Ordinal);
    }

    private const string Copy = """
        INSERT INTO platform.audit_entry SELECT tenant_id, '00000000-0000-7000-8000-000000000001', at, actor_kind, actor, actor_name, actor_key, operator_tenant, address, action, 'forged', 'forged', before, after
        FROM platform.audit_entry WHERE target = 'target 2'
        """;

    private async Task AssertFoundAsync(string sql, params string[] findings)
    {
        await _setting.Database.ExecuteAsOwnerAsync(sql);
        var (_, found) = await VerifyAsync();
        foreach (var finding in findings) Assert.Contains(finding, string.Join('\n', found), StringComparison.Ordinal);
        Assert.Empty((await VerifyAsync(_setting.Other)).Findings);
    }

    private async Task AssertSoundAsync(long entries)
    {
        var (state, findings) = await VerifyAsync();
        Assert.Empty(findings);
        Assert.Equal(new AuditState(entries, 0, 0), state);
    }

    private Task<(AuditState State, List<string> Findings)> VerifyAsync() => VerifyAsync(_setting.Tenant);

    private async Task<(AuditState State, List<string> Findings)> VerifyAsync(TenantId tenant)
    {
        var findings = new List<string>();
        return (await _setting.Verification.VerifyAsync(tenant, findings.Add, TestContext.Current.CancellationToken), findings);
    }
}
