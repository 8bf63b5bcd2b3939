-- Batches of all tenants that are archived and not searchable yet, in numbers alone.
CREATE FUNCTION traces.indexing_backlog(OUT batches bigint, OUT oldest timestamptz)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    AS $$
        SELECT count(*), min(b.received_at)
        FROM traces.pending_batch p JOIN traces.batch b ON b.tenant_id = p.tenant_id AND b.leaf_index = p.leaf_index
    $$;
REVOKE ALL ON FUNCTION traces.indexing_backlog FROM PUBLIC;
GRANT EXECUTE ON FUNCTION traces.indexing_backlog TO akashi_app;
