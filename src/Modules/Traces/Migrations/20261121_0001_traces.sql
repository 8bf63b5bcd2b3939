CREATE SCHEMA traces;
GRANT USAGE ON SCHEMA traces TO akashi_app;

-- One row an archived batch = one leaf of the tenant's Merkle log. Rows are only ever added: the application cannot change evidence.
CREATE TABLE traces.batch (
    tenant_id uuid NOT NULL,
    leaf_index bigint NOT NULL,
    leaf_hash bytea NOT NULL,
    tmid text COLLATE "C" NOT NULL,
    batch_id text COLLATE "C" NOT NULL,
    file_name text COLLATE "C" NOT NULL,
    digest bytea NOT NULL,
    zip_bytes bigint NOT NULL,
    log_bytes bigint NOT NULL,
    lines bigint NOT NULL,
    source text COLLATE "C" NOT NULL CHECK (source IN ('agent', 'import')),
    received_at timestamptz NOT NULL,
    collected_at timestamptz NOT NULL,
    collection_day date NOT NULL,
    object_key text COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, leaf_index),
    UNIQUE (tenant_id, tmid, batch_id));
CREATE INDEX batch_by_day ON traces.batch (tenant_id, collection_day);

-- Batches that are archived but not searchable yet.
CREATE TABLE traces.pending_batch (
    tenant_id uuid NOT NULL,
    leaf_index bigint NOT NULL,
    PRIMARY KEY (tenant_id, leaf_index));

-- The growing end of the Merkle log; its row lock serialises appends.
CREATE TABLE traces.log_head (
    tenant_id uuid PRIMARY KEY,
    size bigint NOT NULL,
    peaks bytea NOT NULL);

CREATE TABLE traces.signed_head (
    tenant_id uuid NOT NULL,
    size bigint NOT NULL,
    root bytea NOT NULL,
    signed_at timestamptz NOT NULL,
    signature bytea NOT NULL,
    PRIMARY KEY (tenant_id, size));

CREATE TABLE traces.segment (
    tenant_id uuid NOT NULL,
    segment_id uuid NOT NULL,
    day date NOT NULL,
    file_name text COLLATE "C" NOT NULL,
    rows bigint NOT NULL,
    bytes bigint NOT NULL,
    min_time timestamptz NOT NULL,
    max_time timestamptz NOT NULL,
    format_version integer NOT NULL,
    digest bytea NOT NULL,
    published_at timestamptz NOT NULL,
    -- set when a merged segment took its place; the file goes a little later, for searches that still read it
    retired_at timestamptz,
    PRIMARY KEY (tenant_id, segment_id));
CREATE INDEX segment_live ON traces.segment (tenant_id, max_time) WHERE retired_at IS NULL;

ALTER TABLE traces.batch ENABLE ROW LEVEL SECURITY;
ALTER TABLE traces.pending_batch ENABLE ROW LEVEL SECURITY;
ALTER TABLE traces.log_head ENABLE ROW LEVEL SECURITY;
ALTER TABLE traces.signed_head ENABLE ROW LEVEL SECURITY;
ALTER TABLE traces.segment ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON traces.batch
    USING (tenant_id = platform.current_tenant()) WITH CHECK (tenant_id = platform.current_tenant());
CREATE POLICY tenant ON traces.pending_batch
    USING (tenant_id = platform.current_tenant()) WITH CHECK (tenant_id = platform.current_tenant());
CREATE POLICY tenant ON traces.log_head
    USING (tenant_id = platform.current_tenant()) WITH CHECK (tenant_id = platform.current_tenant());
CREATE POLICY tenant ON traces.signed_head
    USING (tenant_id = platform.current_tenant()) WITH CHECK (tenant_id = platform.current_tenant());
CREATE POLICY tenant ON traces.segment
    USING (tenant_id = platform.current_tenant()) WITH CHECK (tenant_id = platform.current_tenant());
GRANT SELECT, INSERT ON traces.batch, traces.signed_head TO akashi_app;
GRANT SELECT, INSERT, DELETE ON traces.pending_batch TO akashi_app;
GRANT SELECT, INSERT, UPDATE (size, peaks) ON traces.log_head TO akashi_app;
GRANT SELECT, INSERT, DELETE, UPDATE (retired_at) ON traces.segment TO akashi_app;
