-- Searches that people keep: their own, or shared with all of the tenant.
CREATE TABLE traces.saved_search (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    owner_id text COLLATE "C" NOT NULL,
    owner_name text NOT NULL,
    name text NOT NULL,
    -- folded, for comparing
    name_key text COLLATE "C" NOT NULL,
    query text NOT NULL,
    -- a length of time back from now; or two times; or all times, when all three are absent
    last text COLLATE "C",
    from_time timestamptz,
    to_time timestamptz,
    oldest_first boolean NOT NULL,
    shared boolean NOT NULL,
    created_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CHECK (last IS NULL OR from_time IS NULL AND to_time IS NULL));
CREATE UNIQUE INDEX saved_search_shared_name ON traces.saved_search (tenant_id, name_key) WHERE shared;
CREATE UNIQUE INDEX saved_search_own_name ON traces.saved_search (tenant_id, owner_id, name_key) WHERE NOT shared;
ALTER TABLE traces.saved_search ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON traces.saved_search USING (tenant_id = platform.current_tenant()) WITH CHECK (tenant_id = platform.current_tenant());
GRANT SELECT, INSERT, UPDATE, DELETE ON traces.saved_search TO akashi_app;
