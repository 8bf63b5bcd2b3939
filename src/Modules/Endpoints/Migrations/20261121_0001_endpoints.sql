CREATE SCHEMA endpoints;
GRANT USAGE ON SCHEMA endpoints TO akashi_app;

CREATE TABLE endpoints.terminal (
    tenant_id uuid NOT NULL,
    tmid text COLLATE "C" NOT NULL,
    kind text COLLATE "C" NOT NULL CHECK (kind IN ('agent', 'imported')),
    computer_name text NOT NULL,
    -- NFKC, lower case: what a search compares, by ranges that an index serves under row-level security
    computer_key text COLLATE "C" NOT NULL,
    operating_system text NOT NULL,
    agent_version text NOT NULL,
    registered_at timestamptz NOT NULL,
    last_seen_at timestamptz,
    rejected_batches bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant_id, tmid));
CREATE INDEX terminal_by_name ON endpoints.terminal (tenant_id, computer_key, tmid);
ALTER TABLE endpoints.terminal ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON endpoints.terminal
    USING (tenant_id = platform.current_tenant()) WITH CHECK (tenant_id = platform.current_tenant());
GRANT SELECT, INSERT, UPDATE ON endpoints.terminal TO akashi_app;

CREATE TABLE endpoints.enrolment_token (
    tenant_id uuid NOT NULL,
    digest bytea NOT NULL,
    created_by text NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz,
    used_by_tmid text COLLATE "C",
    used_by_key bytea,
    PRIMARY KEY (tenant_id, digest));
ALTER TABLE endpoints.enrolment_token ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON endpoints.enrolment_token
    USING (tenant_id = platform.current_tenant()) WITH CHECK (tenant_id = platform.current_tenant());
GRANT SELECT, INSERT, UPDATE (used_at, used_by_tmid, used_by_key) ON endpoints.enrolment_token TO akashi_app;

CREATE TABLE endpoints.rejected_batch (
    tenant_id uuid NOT NULL,
    tmid text COLLATE "C" NOT NULL,
    file_name text COLLATE "C" NOT NULL,
    status integer NOT NULL,
    code text COLLATE "C" NOT NULL,
    reported_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, tmid, file_name));
ALTER TABLE endpoints.rejected_batch ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON endpoints.rejected_batch
    USING (tenant_id = platform.current_tenant()) WITH CHECK (tenant_id = platform.current_tenant());
GRANT SELECT, INSERT ON endpoints.rejected_batch TO akashi_app;
