-- What the operator set for one tenant; an empty column, like a missing row, means what the contract's plan says.
CREATE TABLE platform.tenant_limit (
    tenant_id uuid PRIMARY KEY,
    requests_per_second integer CHECK (requests_per_second BETWEEN 1 AND 100000),
    request_burst integer CHECK (request_burst BETWEEN 10 AND 1000000),
    ingest_bytes_per_second bigint CHECK (ingest_bytes_per_second BETWEEN 1024 AND 17179869184),
    ingest_burst_bytes bigint CHECK (ingest_burst_bytes BETWEEN 1048576 AND 1099511627776),
    searches integer CHECK (searches BETWEEN 1 AND 1000),
    changed_at timestamptz NOT NULL);
ALTER TABLE platform.tenant_limit ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON platform.tenant_limit USING (tenant_id = platform.current_tenant()) WITH CHECK (tenant_id = platform.current_tenant());
GRANT SELECT, INSERT, UPDATE ON platform.tenant_limit TO akashi_app;

-- What each tenant used and was refused, in steps of ten minutes, summed over the nodes.
CREATE TABLE platform.quota_use (
    tenant_id uuid NOT NULL,
    slot timestamptz NOT NULL,
    kind text COLLATE "C" NOT NULL CHECK (kind ~ '^[a-z-]{1,40}$'),
    used bigint NOT NULL,
    refused bigint NOT NULL,
    PRIMARY KEY (tenant_id, slot, kind));
ALTER TABLE platform.quota_use ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON platform.quota_use USING (tenant_id = platform.current_tenant()) WITH CHECK (tenant_id = platform.current_tenant());
GRANT SELECT, INSERT, UPDATE (used, refused), DELETE ON platform.quota_use TO akashi_app;

-- Signals are claimed tenant by tenant.
CREATE INDEX signal_tenant ON platform.signal (queue, tenant_id, due_at);
