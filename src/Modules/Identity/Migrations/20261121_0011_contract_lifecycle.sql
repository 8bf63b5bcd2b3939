-- A contract is active, suspended (nobody signs in, terminals go on), ended (nothing comes in or out, everything can still be taken back)
-- or erased (the data key is destroyed and the data deleted).
ALTER TABLE identity.tenant
    DROP CONSTRAINT tenant_status_check,
    ADD CONSTRAINT tenant_status_check CHECK (status IN ('active', 'suspended', 'ended', 'erased'));
GRANT UPDATE (name, status) ON identity.tenant TO akashi_app;
-- The list of contracts for operators, newest support id first or by the start of it.
CREATE INDEX tenant_status ON identity.tenant (status, support_id);

ALTER TABLE identity.contract
    ADD COLUMN ended_at timestamptz,
    ADD COLUMN erase_at timestamptz,
    ADD COLUMN erased_at timestamptz,
    ADD CONSTRAINT contract_erasure CHECK (erase_at IS NULL OR (ended_at IS NOT NULL AND erase_at > ended_at AND erase_at <= ended_at + interval '90 days'));
GRANT UPDATE (plan, options, trial, starts_on, ends_on, applicant_name, applicant_mail, account_recipient_name, account_recipient_mail, ended_at, erase_at, erased_at)
    ON identity.contract TO akashi_app;

-- Deletes every row of a tenant whose countdown has run out, but for the service's own logs, which outlive the contract (PL-15). It goes
-- through all walled tables, so that a table made later is not forgotten; tables that others refer to are emptied in a later pass.
CREATE FUNCTION identity.erase_tenant(erased uuid, at timestamptz) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
    AS $$
    DECLARE
        walled record;
        deleted bigint := 0;
        count bigint;
        left_over integer;
        passes integer := 0;
    BEGIN
        IF NOT EXISTS (SELECT 1 FROM identity.contract c JOIN identity.tenant t ON t.id = c.tenant_id
                       WHERE c.tenant_id = erased AND t.status = 'ended' AND t.kind = 'customer' AND c.erase_at <= at AND c.erased_at IS NULL) THEN
            RAISE EXCEPTION 'Tenant % is not due for erasure.', erased;
        END IF;
        LOOP
            left_over := 0;
            passes := passes + 1;
            FOR walled IN
                SELECT c.oid::regclass AS name
                FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped
                WHERE c.relkind = 'r' AND c.relrowsecurity
                  AND n.nspname || '.' || c.relname NOT IN ('identity.contract', 'identity.sign_in_record', 'identity.operator_access', 'platform.operator_grant')
                  AND n.nspname || '.' || c.relname NOT LIKE 'platform.audit%'
                ORDER BY c.oid DESC
            LOOP
                BEGIN
                    EXECUTE format('DELETE FROM %s WHERE tenant_id = $1', walled.name) USING erased;
                    GET DIAGNOSTICS count = ROW_COUNT;
                    deleted := deleted + count;
                EXCEPTION WHEN foreign_key_violation THEN
                    left_over := left_over + 1;
                END;
            END LOOP;
            EXIT WHEN left_over = 0;
            IF passes > 20 THEN
                RAISE EXCEPTION 'Rows of tenant % refer to each other in a circle.', erased;
            END IF;
        END LOOP;
        UPDATE identity.contract SET erased_at = at, applicant_name = '-', applicant_mail = '-', account_recipient_name = '-', account_recipient_mail = '-' WHERE tenant_id = erased;
        UPDATE identity.tenant SET status = 'erased' WHERE id = erased;
        RETURN deleted;
    END
    $$;
REVOKE ALL ON FUNCTION identity.erase_tenant(uuid, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION identity.erase_tenant(uuid, timestamptz) TO akashi_app;
