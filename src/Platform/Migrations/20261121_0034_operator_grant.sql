-- The operator's side sees what it asked for, and writes nothing: every step on a grant is taken inside the customer's tenant.
ALTER POLICY tenant ON platform.operator_grant WITH CHECK (tenant_id = platform.current_tenant());
