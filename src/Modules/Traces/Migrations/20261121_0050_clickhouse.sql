-- What of a tenant's traces is searchable in ClickHouse. Rows are written there in numbered loads; a load counts from the transaction that
-- publishes it here and takes its batches off the pending list, as a segment does.

-- The number of the last load begun; its row lock lets numbers become visible in their order.
CREATE TABLE traces.cluster_head (
    tenant_id uuid PRIMARY KEY,
    last_load bigint NOT NULL);

-- How many published rows each day has, so that an answer can be held against it.
CREATE TABLE traces.cluster_day (
    tenant_id uuid NOT NULL,
    day date NOT NULL,
    published_on date NOT NULL,
    -- retention class in days: with the day it names the partition
    keep integer NOT NULL,
    last_load bigint NOT NULL,
    rows bigint NOT NULL,
    min_time bigint NOT NULL,
    max_time bigint NOT NULL,
    PRIMARY KEY (tenant_id, day, published_on, keep));

-- Rows that are there and do not count: those of loads that are not published (is_open), and what retention or a rebuild took.
CREATE TABLE traces.cluster_gone (
    tenant_id uuid NOT NULL,
    gone_id uuid NOT NULL,
    first_load bigint NOT NULL,
    last_load bigint NOT NULL,
    first_day date NOT NULL,
    last_day date NOT NULL,
    is_open boolean NOT NULL,
    since timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, gone_id));

ALTER TABLE traces.cluster_head ENABLE ROW LEVEL SECURITY;
ALTER TABLE traces.cluster_day ENABLE ROW LEVEL SECURITY;
ALTER TABLE traces.cluster_gone ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON traces.cluster_head USING (tenant_id = platform.current_tenant()) WITH CHECK (tenant_id = platform.current_tenant());
CREATE POLICY tenant ON traces.cluster_day USING (tenant_id = platform.current_tenant()) WITH CHECK (tenant_id = platform.current_tenant());
CREATE POLICY tenant ON traces.cluster_gone USING (tenant_id = platform.current_tenant()) WITH CHECK (tenant_id = platform.current_tenant());
GRANT SELECT, INSERT, UPDATE, DELETE ON traces.cluster_head, traces.cluster_day, traces.cluster_gone TO akashi_app;

-- Whether any tenant has, or is about to have, rows in a partition that all tenants of a retention class share.
CREATE FUNCTION traces.cluster_partition_used(of_keep integer, of_day date) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    AS $$
        SELECT EXISTS (SELECT 1 FROM traces.cluster_day d WHERE d.day = of_day AND d.keep = of_keep)
            OR EXISTS (SELECT 1 FROM traces.cluster_gone g WHERE g.is_open AND of_day BETWEEN g.first_day AND g.last_day)
    $$;
REVOKE ALL ON FUNCTION traces.cluster_partition_used FROM PUBLIC;
GRANT EXECUTE ON FUNCTION traces.cluster_partition_used TO akashi_app;
