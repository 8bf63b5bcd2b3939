-- What an API request with an Idempotency-Key did, so that a repeat gets the first answer instead of a second deed. The answer is sealed
-- under the tenant's data key: it can hold a secret that is shown once.
CREATE TABLE platform.idempotent_request (
    tenant_id uuid NOT NULL,
    subject text COLLATE "C" NOT NULL,
    key text COLLATE "C" NOT NULL CHECK (length(key) BETWEEN 1 AND 128),
    request_digest bytea NOT NULL,
    started_at timestamptz NOT NULL,
    status integer,
    content_type text,
    sealed_body bytea,
    PRIMARY KEY (tenant_id, subject, key));
CREATE INDEX idempotent_request_age ON platform.idempotent_request (tenant_id, started_at);
ALTER TABLE platform.idempotent_request ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON platform.idempotent_request USING (tenant_id = platform.current_tenant()) WITH CHECK (tenant_id = platform.current_tenant());
GRANT SELECT, INSERT, UPDATE (status, content_type, sealed_body), DELETE ON platform.idempotent_request TO akashi_app;
