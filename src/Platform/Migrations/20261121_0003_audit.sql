-- The audit log: who did what to what, when and from where. The application adds and reads; it can neither change nor delete.
CREATE TABLE platform.audit_entry (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    at timestamptz NOT NULL,
    actor_kind text COLLATE "C" NOT NULL CHECK (actor_kind IN ('user', 'token', 'terminal', 'service')),
    actor text COLLATE "C" NOT NULL,
    actor_name text COLLATE "C" NOT NULL,
    -- what searches compare: actor and name, and the target, folded
    actor_key text COLLATE "C" NOT NULL,
    operator_tenant uuid,
    address text COLLATE "C" NOT NULL,
    action text COLLATE "C" NOT NULL,
    target text COLLATE "C" NOT NULL,
    target_key text COLLATE "C" NOT NULL,
    -- json, not jsonb: it keeps the very text, from which the leaf is made again
    before json,
    after json,
    PRIMARY KEY (tenant_id, id));
CREATE INDEX audit_entry_by_time ON platform.audit_entry (tenant_id, at, id);
CREATE INDEX audit_entry_by_action ON platform.audit_entry (tenant_id, action, at, id);

-- Entries that were committed with the act they record and are not in the Merkle log yet. The seal (HMAC under the tenant's log key)
-- proves that the service wrote the entry: what is inserted past it never gets into the log.
CREATE TABLE platform.audit_pending (
    tenant_id uuid NOT NULL,
    entry_id uuid NOT NULL,
    seal bytea NOT NULL,
    refused boolean NOT NULL DEFAULT false,
    PRIMARY KEY (tenant_id, entry_id));

CREATE TABLE platform.audit_leaf (
    tenant_id uuid NOT NULL,
    leaf_index bigint NOT NULL,
    entry_id uuid NOT NULL,
    leaf_hash bytea NOT NULL,
    PRIMARY KEY (tenant_id, leaf_index),
    UNIQUE (tenant_id, entry_id));

-- The growing end of the Merkle log; its row lock serialises appends.
CREATE TABLE platform.audit_head (
    tenant_id uuid PRIMARY KEY,
    size bigint NOT NULL,
    peaks bytea NOT NULL);

CREATE TABLE platform.audit_signed_head (
    tenant_id uuid NOT NULL,
    size bigint NOT NULL,
    root bytea NOT NULL,
    signed_at timestamptz NOT NULL,
    signature bytea NOT NULL,
    PRIMARY KEY (tenant_id, size));

ALTER TABLE platform.audit_entry ENABLE ROW LEVEL SECURITY;
ALTER TABLE platform.audit_pending ENABLE ROW LEVEL SECURITY;
ALTER TABLE platform.audit_leaf ENABLE ROW LEVEL SECURITY;
ALTER TABLE platform.audit_head ENABLE ROW LEVEL SECURITY;
ALTER TABLE platform.audit_signed_head ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON platform.audit_entry
    USING (tenant_id = platform.current_tenant()) WITH CHECK (tenant_id = platform.current_tenant());
CREATE POLICY tenant ON platform.audit_pending
    USING (tenant_id = platform.current_tenant()) WITH CHECK (tenant_id = platform.current_tenant());
CREATE POLICY tenant ON platform.audit_leaf
    USING (tenant_id = platform.current_tenant()) WITH CHECK (tenant_id = platform.current_tenant());
CREATE POLICY tenant ON platform.audit_head
    USING (tenant_id = platform.current_tenant()) WITH CHECK (tenant_id = platform.current_tenant());
CREATE POLICY tenant ON platform.audit_signed_head
    USING (tenant_id = platform.current_tenant()) WITH CHECK (tenant_id = platform.current_tenant());
GRANT SELECT, INSERT ON platform.audit_entry, platform.audit_leaf, platform.audit_signed_head TO akashi_app;
GRANT SELECT, INSERT, DELETE, UPDATE (refused) ON platform.audit_pending TO akashi_app;
GRANT SELECT, INSERT, UPDATE (size, peaks) ON platform.audit_head TO akashi_app;

-- Retention's only way to the text of entries. It runs as the owner, past row-level security, so it checks the tenant itself; it
-- deletes the beginning of the log alone, up to the first entry that must stay, and nothing younger than a year whoever asks.
CREATE FUNCTION platform.delete_audit_before(tenant uuid, older_than timestamptz, OUT deleted bigint, OUT through bigint)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    AS $$
BEGIN
    IF tenant IS DISTINCT FROM platform.current_tenant() THEN
        RAISE EXCEPTION 'audit entries of tenant % are not those of this session', tenant;
    END IF;
    IF older_than IS NULL OR older_than > now() - interval '1 year' THEN
        RAISE EXCEPTION 'audit entries younger than one year are never deleted: % is too late', older_than;
    END IF;
    SELECT coalesce(
        (SELECT l.leaf_index FROM platform.audit_leaf l JOIN platform.audit_entry e ON e.tenant_id = l.tenant_id AND e.id = l.entry_id
         WHERE l.tenant_id = tenant AND e.at >= older_than ORDER BY l.leaf_index LIMIT 1),
        (SELECT h.size FROM platform.audit_head h WHERE h.tenant_id = tenant), 0) INTO through;
    DELETE FROM platform.audit_entry e USING platform.audit_leaf l
    WHERE e.tenant_id = tenant AND l.tenant_id = tenant AND l.entry_id = e.id AND l.leaf_index < through;
    GET DIAGNOSTICS deleted = ROW_COUNT;
END $$;
REVOKE ALL ON FUNCTION platform.delete_audit_before(uuid, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION platform.delete_audit_before(uuid, timestamptz) TO akashi_app;
