-- Exports that somebody watches: how far each has come, on whichever node it runs. Rows go a week later.
CREATE TABLE traces.export_run (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    owner_id text COLLATE "C" NOT NULL,
    format text COLLATE "C" NOT NULL,
    query text NOT NULL,
    state text COLLATE "C" NOT NULL CHECK (state IN ('running', 'done', 'failed', 'stopped')),
    rows bigint NOT NULL,
    total bigint,
    stop_asked boolean NOT NULL,
    failure_code text COLLATE "C",
    failure_japanese text,
    failure_english text,
    started_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id));
ALTER TABLE traces.export_run ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON traces.export_run USING (tenant_id = platform.current_tenant()) WITH CHECK (tenant_id = platform.current_tenant());
GRANT SELECT, INSERT, UPDATE, DELETE ON traces.export_run TO akashi_app;
