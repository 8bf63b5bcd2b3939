-- A tenant's own roles: sets of permission ids (see PermissionCatalogue).
CREATE TABLE identity.role (
    tenant_id uuid NOT NULL REFERENCES identity.tenant,
    id uuid NOT NULL,
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    permissions text[] NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id));
CREATE UNIQUE INDEX role_name ON identity.role (tenant_id, name);
ALTER TABLE identity.role ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON identity.role USING (tenant_id = platform.current_tenant()) WITH CHECK (tenant_id = platform.current_tenant());
GRANT SELECT, INSERT, UPDATE, DELETE ON identity.role TO akashi_app;

ALTER TABLE identity.user_account
    DROP CONSTRAINT user_account_role_check,
    ADD COLUMN custom_role_id uuid,
    ADD CONSTRAINT user_account_custom_role FOREIGN KEY (tenant_id, custom_role_id) REFERENCES identity.role (tenant_id, id),
    ADD CONSTRAINT user_account_role_check CHECK (length(role) BETWEEN 1 AND 50 AND (role = 'custom') = (custom_role_id IS NOT NULL));
-- Only those who have one; a person without stands in no index.
CREATE INDEX user_account_custom_role ON identity.user_account (tenant_id, custom_role_id) WHERE custom_role_id IS NOT NULL;

-- Scopes become the catalogue's stable ids. Row-level security does not bind the owner, who runs migrations.
UPDATE identity.api_token SET scopes = ARRAY(
    SELECT CASE scope WHEN 'AccountSelf' THEN 'account.self' WHEN 'TerminalsRead' THEN 'terminals.read' WHEN 'TerminalsEnrol' THEN 'terminals.enrol'
                      WHEN 'TracesSearch' THEN 'traces.search' WHEN 'TracesExport' THEN 'traces.export' WHEN 'TracesImport' THEN 'traces.import' ELSE scope END
    FROM unnest(scopes) AS scope);
