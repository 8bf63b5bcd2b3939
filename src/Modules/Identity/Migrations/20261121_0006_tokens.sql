-- A name for a token that is no secret; id is the digest by which it is found.
ALTER TABLE identity.api_token ADD COLUMN token_id uuid NOT NULL DEFAULT gen_random_uuid();
CREATE UNIQUE INDEX api_token_token_id ON identity.api_token (tenant_id, token_id);
CREATE INDEX api_token_user ON identity.api_token (tenant_id, user_account_id, name);
