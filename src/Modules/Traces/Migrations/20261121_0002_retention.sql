-- Lines of segments that retention deleted, a row a batch: count and fingerprint, so that verification still accounts for each line.
-- They go with the batch's archived object.
CREATE TABLE traces.expired_lines (
    tenant_id uuid NOT NULL,
    segment_id uuid NOT NULL,
    tmid text COLLATE "C" NOT NULL,
    batch_id text COLLATE "C" NOT NULL,
    lines bigint NOT NULL,
    sum bigint NOT NULL,
    PRIMARY KEY (tenant_id, segment_id, tmid, batch_id));
CREATE INDEX expired_lines_batch ON traces.expired_lines (tenant_id, tmid, batch_id);
ALTER TABLE traces.expired_lines ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON traces.expired_lines USING (tenant_id = platform.current_tenant()) WITH CHECK (tenant_id = platform.current_tenant());
GRANT SELECT, INSERT, DELETE ON traces.expired_lines TO akashi_app;

-- Objects of batches received before deleting_before are gone or going; manifests and leaves stay.
CREATE TABLE traces.archive_horizon (
    tenant_id uuid PRIMARY KEY,
    deleting_before timestamptz NOT NULL,
    deleted_before timestamptz NOT NULL);
ALTER TABLE traces.archive_horizon ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON traces.archive_horizon USING (tenant_id = platform.current_tenant()) WITH CHECK (tenant_id = platform.current_tenant());
GRANT SELECT, INSERT, UPDATE ON traces.archive_horizon TO akashi_app;

CREATE INDEX batch_received ON traces.batch (tenant_id, received_at);
