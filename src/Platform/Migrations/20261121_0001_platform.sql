-- Every tenant table is created with: tenant_id uuid NOT NULL, a primary key that begins with it, row-level security enabled and
-- a policy on platform.current_tenant(). The application role owns nothing, so the policies bind it.
CREATE SCHEMA IF NOT EXISTS platform;
GRANT USAGE ON SCHEMA platform TO akashi_app;

-- Raises when no tenant is set: an unset placeholder is unknown, and after a transaction it is '' which is no uuid.
CREATE FUNCTION platform.current_tenant() RETURNS uuid
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT current_setting('akashi.tenant')::uuid $$;

-- Keys that protect cookies and forms, sealed under the master key. Read before a tenant is known.
CREATE TABLE platform.web_key (
    name text COLLATE "C" PRIMARY KEY,
    sealed bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now());
GRANT SELECT, INSERT ON platform.web_key TO akashi_app;
