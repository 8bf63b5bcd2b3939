-- Which version each node runs; empty for nodes from before.
ALTER TABLE platform.node ADD COLUMN version text NOT NULL DEFAULT '' CHECK (length(version) <= 100);

-- How the mail of all tenants fares, in numbers alone.
CREATE FUNCTION platform.mail_totals(since timestamptz, OUT waiting bigint, OUT oldest_waiting timestamptz, OUT failed bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    AS $$
        SELECT count(*) FILTER (WHERE m.state = 'waiting'), min(m.created_at) FILTER (WHERE m.state = 'waiting'), count(*) FILTER (WHERE m.state = 'failed')
        FROM platform.mail m WHERE m.state = 'waiting' OR (m.state = 'failed' AND m.created_at >= since)
    $$;
REVOKE ALL ON FUNCTION platform.mail_totals FROM PUBLIC;
GRANT EXECUTE ON FUNCTION platform.mail_totals TO akashi_app;

-- Audit entries that are committed and not in a Merkle log yet, of all tenants together.
CREATE FUNCTION platform.audit_waiting() RETURNS bigint
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    AS $$ SELECT count(*) FROM platform.audit_pending WHERE NOT refused $$;
REVOKE ALL ON FUNCTION platform.audit_waiting FROM PUBLIC;
GRANT EXECUTE ON FUNCTION platform.audit_waiting TO akashi_app;
