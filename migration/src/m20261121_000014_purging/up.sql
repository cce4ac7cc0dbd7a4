-- Hourly purging reaches invitations that nobody accepted, with the tokens that lead to them, and the keys of requests
-- that made an organization. An invitation that ran out can be sent anew for 30 days.

DROP FUNCTION purge_expired(timestamptz);

CREATE INDEX invitations_expiry_idx ON invitations (expires_at) WHERE status <> 'accepted';
CREATE POLICY platform ON invitations FOR ALL TO canvass_platform USING (true) WITH CHECK (false);
GRANT SELECT (expires_at, status), DELETE ON invitations TO canvass_platform;

-- The directory can be touched by functions of its owner only. A token is as old as its invitation's last sending, which
-- gave the invitation 7 days; those 30 days later it is gone, and so is the token, or it was accepted and opens nothing.
CREATE FUNCTION purge_credentials(at timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    purged boolean;
BEGIN
    DELETE FROM credentials c WHERE c.kind = 'invitation' AND c.created_at < at - interval '37 days';
    purged := FOUND;
    DELETE FROM credentials c WHERE c.kind = 'request' AND c.created_at < at - interval '24 hours';
    RETURN purged OR FOUND;
END
$$;
CREATE INDEX credentials_age_idx ON credentials (kind, created_at) WHERE kind IN ('invitation', 'request');
GRANT EXECUTE ON FUNCTION purge_credentials(timestamptz) TO canvass_platform;

CREATE FUNCTION purge_expired(
    at timestamptz,
    OUT sessions_purged bigint,
    OUT keys_purged bigint,
    OUT limits_purged bigint,
    OUT invitations_purged bigint)
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    DELETE FROM idempotency_keys WHERE expires_at < at;
    GET DIAGNOSTICS keys_purged = ROW_COUNT;
    DELETE FROM rate_limits WHERE next_at < at;
    GET DIAGNOSTICS limits_purged = ROW_COUNT;
    DELETE FROM sessions WHERE expires_at < at - interval '30 days';
    GET DIAGNOSTICS sessions_purged = ROW_COUNT;
    DELETE FROM invitations WHERE expires_at < at - interval '30 days' AND status <> 'accepted';
    GET DIAGNOSTICS invitations_purged = ROW_COUNT;
    PERFORM purge_credentials(at);
END
$$;
GRANT EXECUTE ON FUNCTION purge_expired(timestamptz) TO canvass_platform;
