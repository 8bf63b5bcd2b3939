-- Finding people by the start of their name: folded as user_key is, by the database itself, so that it cannot be forgotten.
ALTER TABLE identity.user_account
    ADD COLUMN name_key text COLLATE "C" GENERATED ALWAYS AS (lower(normalize(display_name, NFKC) COLLATE "und-x-icu")) STORED,
    ADD COLUMN last_sign_in_at timestamptz;
CREATE INDEX user_account_name ON identity.user_account (tenant_id, name_key, user_key);
CREATE INDEX user_account_created ON identity.user_account (tenant_id, created_at, user_key);
-- Lists of the few: most people are active, and most have the role 'user'.
CREATE INDEX user_account_state ON identity.user_account (tenant_id, state, user_key) WHERE state <> 'active';
CREATE INDEX user_account_role ON identity.user_account (tenant_id, role, user_key) WHERE role <> 'user';

-- From where a session came, for the person and the administrators who look at the list.
ALTER TABLE identity.session
    ADD COLUMN address text NOT NULL DEFAULT '' CHECK (length(address) <= 64),
    ADD COLUMN browser text NOT NULL DEFAULT '' CHECK (length(browser) <= 100);
