-- Servers that run on this database, each with its heartbeat. Read before a tenant is known; holds no customer data.
CREATE TABLE platform.node (
    id uuid PRIMARY KEY,
    host_name text NOT NULL CHECK (length(host_name) BETWEEN 1 AND 255),
    started_at timestamptz NOT NULL,
    seen_at timestamptz NOT NULL,
    -- files of this node hold data that other nodes would need
    uses_local_store boolean NOT NULL);
GRANT SELECT, INSERT, UPDATE, DELETE ON platform.node TO akashi_app;
