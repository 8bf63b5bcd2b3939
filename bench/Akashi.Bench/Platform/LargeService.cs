using Akashi.Platform.Tenancy;
using Npgsql;

namespace Akashi.Bench.Platform;

/// <summary>
/// Fills a service's tables to the size of a large one: 2 000 contracts, a tenth of all people and audit entries in one of them, a session
/// for every tenth person. A hundredth of that where <see cref="PlatformSetting.Full"/> is not set.
/// </summary>
internal static class LargeService
{
    private const string Tenants = """
        INSERT INTO identity.tenant (id, support_id, name, kind, status, created_at)
        SELECT ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'AK1' || lpad(n::text, 7, '0'), '株式会社 第' || n || '商事', 'customer', 'active', now() FROM generate_series(1, @tenants) AS n;
        INSERT INTO identity.contract (tenant_id, plan, options, trial, starts_on, applicant_name, applicant_mail, account_recipient_name, account_recipient_mail)
        SELECT ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'standard', '{}', false, DATE '2026-04-01', '申込 花子', 'hanako@b.example', '送付 太郎', 'taro@b.example' FROM generate_series(1, @tenants) AS n
        """;

    private const string People = """
        INSERT INTO identity.user_account (tenant_id, id, user_id, user_key, display_name, mail, role, state, password_hash, created_at, last_sign_in_at)
        SELECT CASE WHEN n <= @users / 10 THEN @first ELSE ('00000000-0000-7000-8000-' || lpad(to_hex(1 + n % @tenants), 12, '0'))::uuid END,
            ('00000000-0000-7000-9000-' || lpad(to_hex(n), 12, '0'))::uuid, 'p' || lpad(n::text, 7, '0'), 'p' || lpad(n::text, 7, '0'),
            (ARRAY['佐藤','鈴木','高橋','田中','伊藤','渡辺','山本','中村','小林','加藤'])[1 + n % 10] || ' ' || (ARRAY['花子','太郎','陽菜','蓮','葵','湊','凛'])[1 + n / 10 % 7] || n,
            'p' || n || '@b.example', 'user', CASE WHEN n % 50 = 0 THEN 'suspended' ELSE 'active' END, 'none', now() - n % 1000 * interval '1 day', now() - n % 400 * interval '1 hour'
        FROM generate_series(1, @users) AS n
        """;

    private const string Sessions = """
        INSERT INTO identity.session (tenant_id, id, login_id, user_account_id, host, created_at, last_used_at, ends_at, address, browser)
        SELECT tenant_id, sha256(id::text::bytea), id, id, 'console', now(), now(), now() + interval '8 hours', '192.0.2.7', 'Chromium' FROM identity.user_account WHERE right(user_key, 1) = '7' AND state = 'active'
        """;

    private const string Entries = """
        INSERT INTO platform.audit_entry (tenant_id, id, at, actor_kind, actor, actor_name, actor_key, address, action, target, target_key, after)
        SELECT CASE WHEN n <= @rows / 10 THEN @first ELSE ('00000000-0000-7000-8000-' || lpad(to_hex(1 + n * @tenants / (@rows + 1)), 12, '0'))::uuid END,
            ('00000000-0000-7000-a000-' || lpad(to_hex(n), 12, '0'))::uuid, now() - (@rows - n) % (@rows / 10) * interval '3 seconds', 'user', 'user' || n % 500, 'User', 'user user' || n % 500,
            '192.0.2.7', (ARRAY['user.change','user.suspend','session.end','role.change'])[1 + n % 4], 'user' || n, 'user' || n, '{"state":"active","role":"administrator"}'
        FROM generate_series(1, @rows) AS n
        """;

    public static async Task FillAsync(PlatformSetting setting)
    {
        var (tenants, users, rows) = PlatformSetting.Full ? (2_000, 1_000_000, 10_000_000L) : (20, 10_000, 100_000L);
        var first = setting.Tenant.Value;
        await setting.ExecuteAsOwnerAsync(Tenants, ("tenants", tenants));
        await setting.ExecuteAsOwnerAsync(People, ("tenants", tenants), ("users", users), ("first", first));
        await setting.ExecuteAsOwnerAsync(Sessions);
        await setting.ExecuteAsOwnerAsync(Entries, ("tenants", tenants), ("rows", rows), ("first", first));
        await setting.ExecuteAsOwnerAsync("VACUUM ANALYZE identity.user_account, identity.session, identity.tenant, platform.audit_entry");
        BenchReport.Note($"filled: {tenants} contracts, {users} people, {users / 10} sessions, {rows} audit entries; a tenth of the people and entries in one contract");
    }

    /// <summary>Signs in on the console without the form: a session row and the cookie's text for it.</summary>
    public static async Task<string> OpenSessionAsync(PlatformSetting setting, TenantId tenant, Guid userAccountId)
    {
        var (text, secret) = TenantSecret.Create(tenant, '.');
        await setting.ExecuteAsOwnerAsync("""
            INSERT INTO identity.session (tenant_id, id, login_id, user_account_id, host, created_at, last_used_at, ends_at)
            VALUES (@tenant, @digest, gen_random_uuid(), @userAccountId, 'console', now(), now(), now() + interval '8 hours')
            """, ("tenant", tenant.Value), ("digest", secret.Digest), ("userAccountId", userAccountId));
        return text;
    }
}
