CREATE SCHEMA certificates;
GRANT USAGE ON SCHEMA certificates TO akashi_app;

CREATE TABLE certificates.certificate (
    tenant_id uuid NOT NULL,
    serial text COLLATE "C" NOT NULL,
    kind text COLLATE "C" NOT NULL CHECK (kind IN ('terminal')),
    subject text COLLATE "C" NOT NULL,
    fingerprint bytea NOT NULL,
    not_before timestamptz NOT NULL,
    not_after timestamptz NOT NULL,
    issued_at timestamptz NOT NULL,
    revoked_at timestamptz,
    PRIMARY KEY (tenant_id, serial));
CREATE INDEX certificate_subject ON certificates.certificate (tenant_id, kind, subject, not_after);
ALTER TABLE certificates.certificate ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON certificates.certificate
    USING (tenant_id = platform.current_tenant()) WITH CHECK (tenant_id = platform.current_tenant());
GRANT SELECT, INSERT, UPDATE (revoked_at) ON certificates.certificate TO akashi_app;
