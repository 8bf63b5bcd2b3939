-- What happened, for other modules to act on; stored in the transaction in which it happened. Kept for consumers that come later.
CREATE TABLE platform.event (
    tenant_id uuid NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    type text COLLATE "C" NOT NULL CHECK (length(type) BETWEEN 1 AND 100),
    version integer NOT NULL,
    body jsonb NOT NULL,
    published_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id));
CREATE INDEX event_by_type ON platform.event (tenant_id, type, published_at);
ALTER TABLE platform.event ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON platform.event USING (tenant_id = platform.current_tenant()) WITH CHECK (tenant_id = platform.current_tenant());
GRANT SELECT, INSERT, DELETE ON platform.event TO akashi_app;

-- One row for each consumer of an event. It becomes done in the transaction of the consumer's effect.
CREATE TABLE platform.event_delivery (
    tenant_id uuid NOT NULL,
    consumer text COLLATE "C" NOT NULL CHECK (length(consumer) BETWEEN 1 AND 100),
    event_id bigint NOT NULL,
    state text COLLATE "C" NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'done', 'failed')),
    attempts integer NOT NULL DEFAULT 0,
    next_at timestamptz NOT NULL,
    error text CHECK (length(error) <= 1000),
    done_at timestamptz,
    PRIMARY KEY (tenant_id, consumer, event_id),
    FOREIGN KEY (tenant_id, event_id) REFERENCES platform.event ON DELETE CASCADE);
CREATE INDEX event_delivery_open ON platform.event_delivery (tenant_id, consumer, event_id) WHERE state = 'waiting';
CREATE INDEX event_delivery_failed ON platform.event_delivery (event_id) WHERE state = 'failed';
CREATE INDEX event_delivery_event ON platform.event_delivery (tenant_id, event_id);
ALTER TABLE platform.event_delivery ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON platform.event_delivery USING (tenant_id = platform.current_tenant()) WITH CHECK (tenant_id = platform.current_tenant());
GRANT SELECT, INSERT, DELETE, UPDATE (state, attempts, next_at, error, done_at) ON platform.event_delivery TO akashi_app;

-- What operators see of all tenants' events: what was set aside and why, not what the event says.
CREATE FUNCTION platform.event_failures(before bigint, maximum integer)
    RETURNS TABLE (tenant_id uuid, consumer text, event_id bigint, type text, published_at timestamptz, attempts integer, error text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    AS $$
        SELECT d.tenant_id, d.consumer, d.event_id, e.type, e.published_at, d.attempts, d.error
        FROM platform.event_delivery d JOIN platform.event e ON e.tenant_id = d.tenant_id AND e.id = d.event_id
        WHERE d.state = 'failed' AND (before IS NULL OR d.event_id < before)
        ORDER BY d.event_id DESC, d.consumer LIMIT least(maximum, 1001)
    $$;
REVOKE ALL ON FUNCTION platform.event_failures FROM PUBLIC;
GRANT EXECUTE ON FUNCTION platform.event_failures TO akashi_app;

CREATE FUNCTION platform.event_backlog()
    RETURNS TABLE (consumer text, waiting bigint, failed bigint, oldest timestamptz)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    AS $$
        SELECT d.consumer, count(*) FILTER (WHERE d.state = 'waiting'), count(*) FILTER (WHERE d.state = 'failed'), min(e.published_at) FILTER (WHERE d.state = 'waiting')
        FROM platform.event_delivery d JOIN platform.event e ON e.tenant_id = d.tenant_id AND e.id = d.event_id
        WHERE d.state IN ('waiting', 'failed') GROUP BY d.consumer
    $$;
REVOKE ALL ON FUNCTION platform.event_backlog FROM PUBLIC;
GRANT EXECUTE ON FUNCTION platform.event_backlog TO akashi_app;
