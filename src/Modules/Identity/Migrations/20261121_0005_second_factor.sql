-- How a tenant's people prove who they are. A tenant without a row asks for both factors; contracts from before this keep what they had.
CREATE TABLE identity.sign_in_policy (
    tenant_id uuid NOT NULL PRIMARY KEY REFERENCES identity.tenant,
    factors text NOT NULL CHECK (factors IN ('password', 'password+mail')),
    changed_at timestamptz NOT NULL);
ALTER TABLE identity.sign_in_policy ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON identity.sign_in_policy USING (tenant_id = platform.current_tenant()) WITH CHECK (tenant_id = platform.current_tenant());
GRANT SELECT, INSERT, UPDATE ON identity.sign_in_policy TO akashi_app;
INSERT INTO identity.sign_in_policy (tenant_id, factors, changed_at) SELECT id, 'password', now() FROM identity.tenant;

-- A sign-in whose password was right and whose code is awaited. id is the SHA-256 of a secret that only the browser holds; code_digest is an
-- HMAC under that secret, so that six digits cannot be guessed from this table.
CREATE TABLE identity.sign_in_challenge (
    tenant_id uuid NOT NULL,
    id bytea NOT NULL,
    user_account_id uuid NOT NULL,
    code_digest bytea NOT NULL,
    code_ends_at timestamptz NOT NULL,
    tries integer NOT NULL DEFAULT 0,
    sends integer NOT NULL DEFAULT 1,
    sent_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, user_account_id) REFERENCES identity.user_account);
CREATE INDEX sign_in_challenge_user ON identity.sign_in_challenge (tenant_id, user_account_id);
ALTER TABLE identity.sign_in_challenge ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON identity.sign_in_challenge USING (tenant_id = platform.current_tenant()) WITH CHECK (tenant_id = platform.current_tenant());
GRANT SELECT, INSERT, UPDATE, DELETE ON identity.sign_in_challenge TO akashi_app;

-- Wrong codes and codes sent, over all sign-ins of a person; apart from the counter of wrong passwords.
CREATE TABLE identity.code_charge (
    tenant_id uuid NOT NULL,
    user_account_id uuid NOT NULL,
    failed_count integer NOT NULL DEFAULT 0,
    locked_until timestamptz,
    sent_count integer NOT NULL DEFAULT 0,
    sent_since timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, user_account_id),
    FOREIGN KEY (tenant_id, user_account_id) REFERENCES identity.user_account);
ALTER TABLE identity.code_charge ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON identity.code_charge USING (tenant_id = platform.current_tenant()) WITH CHECK (tenant_id = platform.current_tenant());
GRANT SELECT, INSERT, UPDATE, DELETE ON identity.code_charge TO akashi_app;

ALTER TABLE identity.sign_in_record
    DROP CONSTRAINT sign_in_record_outcome_check,
    ADD CONSTRAINT sign_in_record_outcome_check CHECK (outcome IN ('succeeded', 'password-accepted', 'wrong-password', 'wrong-code', 'not-accepted'));
