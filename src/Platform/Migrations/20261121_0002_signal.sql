-- "Tenant T has work waiting in queue Q": written in the transaction that made the work, so that background work finds it without
-- going through all tenants. Read before a tenant is known; holds no customer data.
CREATE TABLE platform.signal (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    queue text COLLATE "C" NOT NULL CHECK (length(queue) BETWEEN 1 AND 100),
    tenant_id uuid NOT NULL,
    due_at timestamptz NOT NULL,
    attempts integer NOT NULL DEFAULT 0);
CREATE INDEX signal_due ON platform.signal (queue, due_at);
GRANT SELECT, INSERT, UPDATE (due_at, attempts), DELETE ON platform.signal TO akashi_app;
