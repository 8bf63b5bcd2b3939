-- Retention deletes records past their period, and keeps proof of it in platform.retention_deletion.
GRANT DELETE ON identity.sign_in_record TO akashi_app;
CREATE INDEX sign_in_record_at ON identity.sign_in_record (tenant_id, at);
