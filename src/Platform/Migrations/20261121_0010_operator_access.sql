-- An operator's access to one customer's data: who, why, on what basis, how long. Both sides see it: the customer's tenant, and the
-- operator's, which asked.
CREATE TABLE platform.operator_grant (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    operator_tenant_id uuid NOT NULL,
    operator_user_id text NOT NULL CHECK (length(operator_user_id) BETWEEN 1 AND 64),
    operator_name text NOT NULL,
    reason text NOT NULL CHECK (length(reason) BETWEEN 1 AND 1000),
    basis text NOT NULL CHECK (basis IN ('consent', 'legal-order')),
    legal_reference text CHECK ((basis = 'legal-order') = (legal_reference IS NOT NULL)),
    permissions text[] NOT NULL CHECK (cardinality(permissions) > 0),
    minutes integer NOT NULL CHECK (minutes BETWEEN 15 AND 1440),
    status text NOT NULL CHECK (status IN ('asked', 'granted', 'refused', 'closed')),
    asked_at timestamptz NOT NULL,
    decided_at timestamptz,
    decided_by text,
    expires_at timestamptz,
    closed_at timestamptz,
    closed_by text,
    PRIMARY KEY (tenant_id, id),
    CHECK (status <> 'granted' OR (decided_by IS NOT NULL AND expires_at IS NOT NULL)));
CREATE INDEX operator_grant_asked ON platform.operator_grant (operator_tenant_id, asked_at DESC);
ALTER TABLE platform.operator_grant ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON platform.operator_grant
    USING (tenant_id = platform.current_tenant() OR operator_tenant_id = platform.current_tenant())
    WITH CHECK (tenant_id = platform.current_tenant() OR operator_tenant_id = platform.current_tenant());
GRANT SELECT, INSERT, UPDATE (status, decided_at, decided_by, expires_at, closed_at, closed_by) ON platform.operator_grant TO akashi_app;

-- The operators' path: a login of its own, which reaches a customer's rows only while the grant that it names is open, whatever the
-- program asks for. Runs as the owner, whom row-level security does not bind.
CREATE FUNCTION platform.operator_may() RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog
    AS $$
        SELECT EXISTS (
            SELECT 1 FROM platform.operator_grant
            WHERE tenant_id = current_setting('akashi.tenant')::uuid AND id = current_setting('akashi.operator_grant')::uuid
              AND status = 'granted' AND expires_at > now())
    $$;

-- Called after every run of migrations, so that no later table can be forgotten. Credentials and keys are never reached on this path.
CREATE FUNCTION platform.wall_operator_path() RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog
    AS $$
    DECLARE
        walled record;
    BEGIN
        FOR walled IN
            SELECT c.oid::regclass AS name, n.nspname IN ('identity', 'certificates') AS closed
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind IN ('r', 'p') AND c.relrowsecurity AND n.nspname NOT IN ('pg_catalog', 'information_schema')
              AND NOT EXISTS (SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid AND p.polname = 'operator_path')
        LOOP
            EXECUTE format('CREATE POLICY operator_path ON %s AS RESTRICTIVE TO akashi_operator USING (%2$s) WITH CHECK (%2$s)',
                           walled.name, CASE WHEN walled.closed THEN 'false' ELSE '(SELECT platform.operator_may())' END);
        END LOOP;
    END
    $$;
