-- Mail that waits, was sent, or could not be sent; written in the transaction of the act that it tells of. A body that holds a link or a
-- code is sealed under the tenant's data key and wiped once sent.
CREATE TABLE platform.mail (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    created_at timestamptz NOT NULL,
    template text COLLATE "C" NOT NULL CHECK (length(template) BETWEEN 1 AND 100),
    language text COLLATE "C" NOT NULL CHECK (language IN ('ja', 'en')),
    to_address text NOT NULL CHECK (length(to_address) <= 320),
    to_name text NOT NULL CHECK (length(to_name) <= 200),
    subject text NOT NULL CHECK (length(subject) <= 300),
    secret boolean NOT NULL,
    body text CHECK (length(body) <= 100000),
    sealed_body bytea,
    state text COLLATE "C" NOT NULL CHECK (state IN ('waiting', 'sent', 'failed')),
    attempts integer NOT NULL DEFAULT 0,
    next_at timestamptz NOT NULL,
    give_up_at timestamptz NOT NULL,
    repeats integer NOT NULL DEFAULT 0,
    sent_at timestamptz,
    sent_by text COLLATE "C" CHECK (sent_by IN ('folder', 'smtp')),
    note text CHECK (length(note) <= 1000),
    PRIMARY KEY (tenant_id, id),
    CHECK (body IS NULL OR NOT secret));
CREATE INDEX mail_due ON platform.mail (tenant_id, next_at) WHERE state = 'waiting';
CREATE INDEX mail_by_time ON platform.mail (id);
CREATE INDEX mail_by_state ON platform.mail (state, id);
ALTER TABLE platform.mail ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON platform.mail USING (tenant_id = platform.current_tenant()) WITH CHECK (tenant_id = platform.current_tenant());
GRANT SELECT, INSERT, DELETE, UPDATE (state, attempts, next_at, give_up_at, repeats, sent_at, sent_by, note, sealed_body) ON platform.mail TO akashi_app;

-- What operators see of all tenants' mail: how it fares, not what it says nor to whom.
CREATE FUNCTION platform.mail_overview(wanted_state text, before uuid, maximum integer)
    RETURNS TABLE (tenant_id uuid, id uuid, created_at timestamptz, template text, masked_address text, state text, attempts integer, next_at timestamptz, sent_at timestamptz, sent_by text, note text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    AS $$
        SELECT m.tenant_id, m.id, m.created_at, m.template, left(m.to_address, 1) || '…@' || split_part(m.to_address, '@', 2), m.state, m.attempts, m.next_at, m.sent_at, m.sent_by, m.note
        FROM platform.mail m
        WHERE (wanted_state IS NULL OR m.state = wanted_state) AND (before IS NULL OR m.id < before)
        ORDER BY m.id DESC LIMIT least(maximum, 1001)
    $$;
REVOKE ALL ON FUNCTION platform.mail_overview FROM PUBLIC;
GRANT EXECUTE ON FUNCTION platform.mail_overview TO akashi_app;

-- A tenant's own mail server; without a row its mail goes through the service's.
CREATE TABLE platform.smtp_setting (
    tenant_id uuid NOT NULL PRIMARY KEY,
    host text NOT NULL CHECK (length(host) BETWEEN 1 AND 253),
    port integer NOT NULL CHECK (port BETWEEN 1 AND 65535),
    security text COLLATE "C" NOT NULL CHECK (security IN ('starttls', 'tls', 'none')),
    user_name text NOT NULL CHECK (length(user_name) <= 256),
    sealed_password bytea,
    from_address text NOT NULL CHECK (length(from_address) <= 320),
    from_name text NOT NULL CHECK (length(from_name) <= 200),
    updated_at timestamptz NOT NULL,
    updated_by text NOT NULL);
ALTER TABLE platform.smtp_setting ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON platform.smtp_setting USING (tenant_id = platform.current_tenant()) WITH CHECK (tenant_id = platform.current_tenant());
GRANT SELECT, INSERT, UPDATE, DELETE ON platform.smtp_setting TO akashi_app;
