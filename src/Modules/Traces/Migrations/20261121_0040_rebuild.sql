-- Days whose segments are to be made anew from the archive; a row goes when its day is done.
CREATE TABLE traces.rebuild (
    tenant_id uuid NOT NULL,
    day date NOT NULL,
    requested_at timestamptz NOT NULL,
    failure text,
    PRIMARY KEY (tenant_id, day));
ALTER TABLE traces.rebuild ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON traces.rebuild USING (tenant_id = platform.current_tenant()) WITH CHECK (tenant_id = platform.current_tenant());
GRANT SELECT, INSERT, UPDATE, DELETE ON traces.rebuild TO akashi_app;
