REVOKE SELECT (organization_id, is_final) ON event_aggregations FROM canvass_platform;
REVOKE SELECT (organization_id) ON event_changes FROM canvass_platform;
DROP POLICY platform ON event_aggregations;
DROP POLICY platform ON event_changes;
