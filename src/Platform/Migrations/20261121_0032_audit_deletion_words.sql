-- As before, but for the words of the first refusal. Owner and rights stay.
CREATE OR REPLACE FUNCTION platform.delete_audit_before(tenant uuid, older_than timestamptz, OUT deleted bigint, OUT through bigint)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    AS $$
BEGIN
    IF tenant IS DISTINCT FROM platform.current_tenant() THEN
        RAISE EXCEPTION 'audit entries of tenant % are not those of the tenant that is set', tenant;
    END IF;
    IF older_than IS NULL OR older_than > now() - interval '1 year' THEN
        RAISE EXCEPTION 'audit entries younger than one year are never deleted: % is too late', older_than;
    END IF;
    SELECT coalesce(
        (SELECT l.leaf_index FROM platform.audit_leaf l JOIN platform.audit_entry e ON e.tenant_id = l.tenant_id AND e.id = l.entry_id
         WHERE l.tenant_id = tenant AND e.at >= older_than ORDER BY l.leaf_index LIMIT 1),
        (SELECT h.size FROM platform.audit_head h WHERE h.tenant_id = tenant), 0) INTO through;
    DELETE FROM platform.audit_entry e USING platform.audit_leaf l
    WHERE e.tenant_id = tenant AND l.tenant_id = tenant AND l.entry_id = e.id AND l.leaf_index < through;
    GET DIAGNOSTICS deleted = ROW_COUNT;
END $$;
