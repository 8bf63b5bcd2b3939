-- What operators do on a tenant is in its audit log from now on; the older records stay until they are past their retention.
COMMENT ON TABLE identity.operator_access IS 'Requests of operators before the audit log took them over. Not written any more.';
