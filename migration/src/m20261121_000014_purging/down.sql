DROP FUNCTION purge_expired(timestamptz);
DROP FUNCTION purge_credentials(timestamptz);
DROP INDEX credentials_age_idx;
REVOKE SELECT (expires_at, status), DELETE ON invitations FROM canvass_platform;
DROP POLICY platform ON invitations;
DROP INDEX invitations_expiry_idx;

CREATE FUNCTION purge_expired(at timestamptz, OUT sessions_purged bigint, OUT keys_purged bigint, OUT limits_purged bigint)
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    DELETE FROM idempotency_keys WHERE expires_at < at;
    GET DIAGNOSTICS keys_purged = ROW_COUNT;
    DELETE FROM rate_limits WHERE next_at < at;
    GET DIAGNOSTICS limits_purged = ROW_COUNT;
    DELETE FROM sessions WHERE expires_at < at - interval '30 days';
    GET DIAGNOSTICS sessions_purged = ROW_COUNT;
END
$$;
GRANT EXECUTE ON FUNCTION purge_expired(timestamptz) TO canvass_platform;
