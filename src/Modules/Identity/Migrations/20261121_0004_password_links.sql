-- One-time links also lead to a new password in place of a forgotten one.
ALTER TABLE identity.activation ADD COLUMN purpose text NOT NULL DEFAULT 'first-access' CHECK (purpose IN ('first-access', 'reset'));
CREATE INDEX activation_user_account ON identity.activation (tenant_id, user_account_id);

-- Somebody asked for a link by typing a support id and a name. Written for known and unknown names alike and judged in the background,
-- so that neither answer nor time tells whether anybody has the name. Those under an unknown support id are the operator's.
CREATE TABLE identity.link_request (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    user_key text COLLATE "C" NOT NULL CHECK (length(user_key) BETWEEN 1 AND 256),
    language text NOT NULL CHECK (language IN ('ja', 'en')),
    address text NOT NULL CHECK (length(address) <= 64),
    requested_at timestamptz NOT NULL,
    judged boolean NOT NULL DEFAULT false,
    PRIMARY KEY (tenant_id, id));
CREATE INDEX link_request_user ON identity.link_request (tenant_id, user_key, requested_at);
CREATE INDEX link_request_address ON identity.link_request (tenant_id, address, requested_at);
CREATE INDEX link_request_open ON identity.link_request (tenant_id, requested_at) WHERE NOT judged;
ALTER TABLE identity.link_request ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON identity.link_request USING (tenant_id = platform.current_tenant()) WITH CHECK (tenant_id = platform.current_tenant());
GRANT SELECT, INSERT, UPDATE, DELETE ON identity.link_request TO akashi_app;
