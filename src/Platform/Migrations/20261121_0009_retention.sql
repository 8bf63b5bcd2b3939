-- A tenant's own periods; without a row the default of the class holds.
CREATE TABLE platform.retention_setting (
    tenant_id uuid NOT NULL,
    class text COLLATE "C" NOT NULL CHECK (class ~ '^[a-z-]{1,40}$'),
    days integer NOT NULL CHECK (days BETWEEN 1 AND 36500),
    PRIMARY KEY (tenant_id, class));
ALTER TABLE platform.retention_setting ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON platform.retention_setting USING (tenant_id = platform.current_tenant()) WITH CHECK (tenant_id = platform.current_tenant());
GRANT SELECT, INSERT, UPDATE, DELETE ON platform.retention_setting TO akashi_app;

-- What retention deleted, a row for each class and day. Rows are only ever added; each is in the audit log, too.
CREATE TABLE platform.retention_deletion (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    class text COLLATE "C" NOT NULL,
    day date NOT NULL,
    deleted_at timestamptz NOT NULL,
    items bigint NOT NULL,
    bytes bigint NOT NULL,
    digest bytea NOT NULL,
    PRIMARY KEY (tenant_id, id));
ALTER TABLE platform.retention_deletion ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON platform.retention_deletion USING (tenant_id = platform.current_tenant()) WITH CHECK (tenant_id = platform.current_tenant());
GRANT SELECT, INSERT ON platform.retention_deletion TO akashi_app;
