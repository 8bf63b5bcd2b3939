-- A key that was used more than a day ago is taken anew in its row.
GRANT UPDATE (request_digest, started_at) ON platform.idempotent_request TO akashi_app;
