using Akashi.Platform.Audit;
using Akashi.Platform.Database;
using Npgsql;
using Xunit;

namespace Akashi.Platform.Tests.Audit;

public sealed class AuditRetentionTests : IAsyncLifetime
{
    private static readonly AuditActor Job = AuditActor.Service("retention");
    private AuditSetting _setting = null!;
    private AuditRetention _retention = null!;

    public async ValueTask InitializeAsync()
    {
        _setting = await AuditSetting.CreateAsync();
        _retention = new AuditRetention(_setting.Database.Application, _setting.Log);
        _setting.Clock.Advance(TimeSpan.FromDays(-3000));
        for (var i = 0; i < 3; i++) await _setting.WriteAsync($"old {i}");
        _setting.Clock.Advance(TimeSpan.FromDays(3000));
        for (var i = 0; i < 3; i++) await _setting.WriteAsync($"young {i}");
    }

    public ValueTask DisposeAsync() => _setting.DisposeAsync();

    [Fact]
    public async Task DeleteBefore_OldEntries_KeepsTheirLeavesAndVerifyStillPasses()
    {
        var deletion = await DeleteAsync(AuditRetention.DefaultDays);
        Assert.Equal((3, 3), (deletion.Deleted, deletion.Through));
        await AssertStateAsync(new AuditState(6, 1, 3));
        await _setting.SequenceAsync();
        await AssertStateAsync(new AuditState(7, 0, 3));
        Assert.Equal(1, await _setting.CountWhereAsync("audit_entry", "action = 'audit.delete' AND actor = 'retention' AND after->>'deleted' = '3' AND after->>'through' = '3'"));

        Assert.Equal(0, (await DeleteAsync(AuditRetention.DefaultDays)).Deleted);
        Assert.Equal(4, await _setting.CountAsync("audit_entry"));
    }

    [Fact]
    public async Task DeleteBefore_ARecordedDeletion_DoesNotExcuseOthers()
    {
        await DeleteAsync(AuditRetention.DefaultDays);
        await _setting.SequenceAsync();
        await _setting.Database.ExecuteAsOwnerAsync("DELETE FROM platform.audit_entry WHERE target = 'young 0'");
        Assert.Contains("audit entries 3 to 3 are missing", Assert.Single(await FindingsAsync()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task DeleteBefore_YoungerThanAYear_IsRefusedByTheDatabase()
    {
        var error = await Assert.ThrowsAsync<PostgresException>(() => DeleteAsync(300));
        Assert.Contains("younger than one year", error.MessageText, StringComparison.Ordinal);
        Assert.Equal(6, await _setting.CountAsync("audit_entry"));
    }

    [Fact]
    public async Task DeleteBefore_OfAnotherTenant_IsRefusedByTheDatabase()
    {
        await using var session = await _setting.Database.Application.OpenAsync(_setting.Other, TestContext.Current.CancellationToken);
        var error = await Assert.ThrowsAsync<PostgresException>(() => session.ExecuteAsync(
            "SELECT platform.delete_audit_before(@tenant, @before)", new { tenant = _setting.Tenant, before = _setting.Clock.GetUtcNow().AddDays(-AuditRetention.DefaultDays) }));
        Assert.Contains("are not those of the tenant that is set", error.MessageText, StringComparison.Ordinal);
        Assert.Equal(6, await _setting.CountAsync("audit_entry"));
    }

    private Task<AuditDeletion> DeleteAsync(int days) => _retention.DeleteBeforeAsync(_setting.Tenant, _setting.Clock.GetUtcNow().AddDays(-days), Job, CancellationToken.None);

    private async Task AssertStateAsync(AuditState expected)
    {
        Assert.Empty(await FindingsAsync());
        Assert.Equal(expected, await _setting.Verification.VerifyAsync(_setting.Tenant, _ => { }, CancellationToken.None));
    }

    private async Task<List<string>> FindingsAsync()
    {
        var findings = new List<string>();
        await _setting.Verification.VerifyAsync(_setting.Tenant, findings.Add, CancellationToken.None);
        return findings;
    }
}
