CREATE SCHEMA IF NOT EXISTS identity;
GRANT USAGE ON SCHEMA identity TO akashi_app;

-- Read before a tenant is known: sign-in turns a support id into a tenant. Holds nothing that a customer would call theirs;
-- the contract is in a table of its own, under row-level security.
CREATE TABLE identity.tenant (
    id uuid PRIMARY KEY,
    support_id text COLLATE "C" NOT NULL UNIQUE CHECK (support_id ~ '^AK[0-9]{8}$'),
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    kind text NOT NULL CHECK (kind IN ('operator', 'customer')),
    status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'ended')),
    created_at timestamptz NOT NULL);
CREATE UNIQUE INDEX tenant_one_operator ON identity.tenant (kind) WHERE kind = 'operator';
GRANT SELECT, INSERT ON identity.tenant TO akashi_app;

CREATE TABLE identity.contract (
    tenant_id uuid NOT NULL PRIMARY KEY REFERENCES identity.tenant,
    plan text NOT NULL,
    options text[] NOT NULL,
    trial boolean NOT NULL,
    starts_on date NOT NULL,
    ends_on date,
    applicant_name text NOT NULL,
    applicant_mail text NOT NULL,
    account_recipient_name text NOT NULL,
    account_recipient_mail text NOT NULL,
    CHECK (ends_on IS NULL OR ends_on >= starts_on));
ALTER TABLE identity.contract ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON identity.contract USING (tenant_id = platform.current_tenant()) WITH CHECK (tenant_id = platform.current_tenant());
GRANT SELECT, INSERT ON identity.contract TO akashi_app;

-- user_key is the folded sign-in name. Its byte order serves prefix search by ranges: under row-level security LIKE, ILIKE and
-- trigram indexes are not used, because their operators are not leakproof.
CREATE TABLE identity.user_account (
    tenant_id uuid NOT NULL REFERENCES identity.tenant,
    id uuid NOT NULL,
    user_id text NOT NULL CHECK (length(user_id) BETWEEN 1 AND 64),
    user_key text COLLATE "C" NOT NULL CHECK (length(user_key) BETWEEN 1 AND 256),
    display_name text NOT NULL CHECK (length(display_name) BETWEEN 1 AND 100),
    mail text NOT NULL,
    role text NOT NULL CHECK (role IN ('administrator', 'operator', 'user')),
    state text NOT NULL CHECK (state IN ('invited', 'active', 'suspended')),
    password_hash text,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id));
CREATE UNIQUE INDEX user_account_key ON identity.user_account (tenant_id, user_key);
ALTER TABLE identity.user_account ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON identity.user_account USING (tenant_id = platform.current_tenant()) WITH CHECK (tenant_id = platform.current_tenant());
GRANT SELECT, INSERT, UPDATE ON identity.user_account TO akashi_app;

-- Failures by the name that was typed, whether or not anybody has it: known and unknown names take the same steps and leave the same marks.
CREATE TABLE identity.sign_in_charge (
    tenant_id uuid NOT NULL,
    user_key text COLLATE "C" NOT NULL CHECK (length(user_key) BETWEEN 1 AND 256),
    failed_count integer NOT NULL,
    locked_until timestamptz,
    charged_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, user_key));
ALTER TABLE identity.sign_in_charge ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON identity.sign_in_charge USING (tenant_id = platform.current_tenant()) WITH CHECK (tenant_id = platform.current_tenant());
GRANT SELECT, INSERT, UPDATE, DELETE ON identity.sign_in_charge TO akashi_app;

-- id is the SHA-256 of the secret in the cookie. Sessions of one sign-in on several hosts share login_id and end together.
CREATE TABLE identity.session (
    tenant_id uuid NOT NULL,
    id bytea NOT NULL,
    login_id uuid NOT NULL,
    user_account_id uuid NOT NULL,
    host text NOT NULL CHECK (host IN ('portal', 'console')),
    created_at timestamptz NOT NULL,
    last_used_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, user_account_id) REFERENCES identity.user_account);
CREATE INDEX session_user_account ON identity.session (tenant_id, user_account_id);
ALTER TABLE identity.session ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON identity.session USING (tenant_id = platform.current_tenant()) WITH CHECK (tenant_id = platform.current_tenant());
GRANT SELECT, INSERT, UPDATE, DELETE ON identity.session TO akashi_app;

CREATE TABLE identity.api_token (
    tenant_id uuid NOT NULL,
    id bytea NOT NULL,
    user_account_id uuid NOT NULL,
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    scopes text[] NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz,
    last_used_at timestamptz,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, user_account_id) REFERENCES identity.user_account);
ALTER TABLE identity.api_token ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON identity.api_token USING (tenant_id = platform.current_tenant()) WITH CHECK (tenant_id = platform.current_tenant());
GRANT SELECT, INSERT, UPDATE, DELETE ON identity.api_token TO akashi_app;

CREATE TABLE identity.activation (
    tenant_id uuid NOT NULL,
    id bytea NOT NULL,
    user_account_id uuid NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, user_account_id) REFERENCES identity.user_account);
ALTER TABLE identity.activation ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON identity.activation USING (tenant_id = platform.current_tenant()) WITH CHECK (tenant_id = platform.current_tenant());
GRANT SELECT, INSERT, UPDATE, DELETE ON identity.activation TO akashi_app;

-- One-time codes that carry a portal sign-in to another host; challenge is the SHA-256 of a secret that only the browser holds.
CREATE TABLE identity.hand_off (
    tenant_id uuid NOT NULL,
    id bytea NOT NULL,
    login_id uuid NOT NULL,
    user_account_id uuid NOT NULL,
    challenge bytea NOT NULL,
    return_path text NOT NULL CHECK (length(return_path) <= 2048),
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id));
ALTER TABLE identity.hand_off ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON identity.hand_off USING (tenant_id = platform.current_tenant()) WITH CHECK (tenant_id = platform.current_tenant());
GRANT SELECT, INSERT, DELETE ON identity.hand_off TO akashi_app;

-- Every attempt to sign in. Kept after the contract ends (log class). Attempts under an unknown support id are the operator's.
CREATE TABLE identity.sign_in_record (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    at timestamptz NOT NULL,
    user_account_id uuid,
    support_id_tried text NOT NULL,
    user_key_tried text NOT NULL,
    outcome text NOT NULL CHECK (outcome IN ('succeeded', 'wrong-password', 'not-accepted')),
    address text NOT NULL,
    PRIMARY KEY (tenant_id, id));
ALTER TABLE identity.sign_in_record ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON identity.sign_in_record USING (tenant_id = platform.current_tenant()) WITH CHECK (tenant_id = platform.current_tenant());
GRANT SELECT, INSERT, UPDATE ON identity.sign_in_record TO akashi_app;

-- What an operator did on this tenant.
CREATE TABLE identity.operator_access (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    at timestamptz NOT NULL,
    operator_tenant_id uuid NOT NULL,
    operator text NOT NULL,
    request text NOT NULL,
    PRIMARY KEY (tenant_id, id));
ALTER TABLE identity.operator_access ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON identity.operator_access USING (tenant_id = platform.current_tenant()) WITH CHECK (tenant_id = platform.current_tenant());
GRANT SELECT, INSERT ON identity.operator_access TO akashi_app;
