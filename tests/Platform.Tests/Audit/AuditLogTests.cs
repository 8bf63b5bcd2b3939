using Akashi.Platform.Audit;
using Npgsql;
using Xunit;

namespace Akashi.Platform.Tests.Audit;

public sealed class AuditLogTests : IAsyncLifetime
{
    private AuditSetting _setting = null!;

    public async ValueTask InitializeAsync() => _setting = await AuditSetting.CreateAsync();

    public ValueTask DisposeAsync() => _setting.DisposeAsync();

    [Fact]
    public async Task Write_InATransactionThatRollsBack_LeavesNothing()
    {
        await _setting.WriteWithActAsync("never", commit: false);
        Assert.Equal(0, await _setting.CountAsync("audit_entry"));
        Assert.Equal(0, await _setting.CountAsync("audit_pending"));
        Assert.Equal(0, await _setting.CountAsync("signal"));
    }

    [Fact]
    public async Task Write_CommittedBeforeTheSequencerRan_IsSequencedByTheNextStart()
    {
        for (var i = 0; i < 5; i++) await _setting.WriteWithActAsync($"target {i}");
        Assert.Equal(0, await _setting.CountAsync("audit_leaf"));
        await _setting.SequenceAsync();
        Assert.Equal(5, await _setting.CountAsync("audit_leaf"));
        Assert.Equal(0, await _setting.CountAsync("audit_pending"));
    }

    [Fact]
    public async Task Write_ManyAtOnceOverTwoNodes_SharesTransactionsAndKeepsEachEntryOnce()
    {
        var second = _setting.NewLog();
        await Task.WhenAll(Enumerable.Range(0, 20).Select(async writer =>
        {
            for (var i = 0; i < 10; i++)
                await (writer % 2 == 0 ? _setting.Log : second).WriteAsync(_setting.Tenant, AuditSetting.Actor, new AuditEntry("probe.act", $"{writer} {i}"));
        }));
        Assert.Equal(200, await _setting.CountAsync("audit_leaf"));
        Assert.Equal(200, await _setting.CountWhereAsync("audit_entry", "target <> ''"));
        Assert.True(await _setting.CountAsync("audit_signed_head") < 200, "each entry was committed alone");
    }

    [Theory]
    [InlineData("UPDATE platform.audit_entry SET target = 'x'")]
    [InlineData("DELETE FROM platform.audit_entry")]
    [InlineData("TRUNCATE platform.audit_entry")]
    [InlineData("UPDATE platform.audit_leaf SET leaf_hash = ''")]
    [InlineData("DELETE FROM platform.audit_leaf")]
    [InlineData("UPDATE platform.audit_signed_head SET root = ''")]
    [InlineData("DELETE FROM platform.audit_signed_head")]
    public async Task Application_ThatWouldRewriteHistory_IsRefusedByTheDatabase(string sql)
    {
        await _setting.WriteAsync("target");
        await using var session = await _setting.Database.Application.OpenAsync(_setting.Tenant, TestContext.Current.CancellationToken);
        var error = await Assert.ThrowsAsync<PostgresException>(() => session.ExecuteAsync(sql));
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, error.SqlState);
    }

    [Fact]
    public async Task Write_OfOddText_IsStored()
    {
        await _setting.WriteAsync("a\0b \ud800 \u2028 \"quoted\" \\ \n 証跡" + new string('x', 5000), before: new { text = "\0\ud800", number = 1e300 }, after: new { much = new string('y', 100_000) });
        Assert.Equal(1, await _setting.CountWhereAsync("audit_entry", "after->>'truncated' = 'true' AND length(target) = 1000"));
    }

    [Fact]
    public async Task Write_InTheSessionOfAnotherTenant_StaysWithThatTenant()
    {
        await _setting.WriteAsync("mine");
        await using var session = await _setting.Database.Application.OpenAsync(_setting.Other, TestContext.Current.CancellationToken);
        Assert.Equal(0, await session.QuerySingleAsync<long>("SELECT count(*) FROM platform.audit_entry"));
        await Assert.ThrowsAsync<PostgresException>(() => session.ExecuteAsync(
            "INSERT INTO platform.audit_leaf (tenant_id, leaf_index, entry_id, leaf_hash) VALUES (@tenant, 1, @id, '')", new { tenant = _setting.Tenant, id = Guid.CreateVersion7() }));
    }
}
