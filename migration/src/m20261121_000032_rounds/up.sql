CREATE POLICY platform ON event_changes FOR ALL TO canvass_platform USING (true) WITH CHECK (false);
CREATE POLICY platform ON event_aggregations FOR ALL TO canvass_platform USING (true) WITH CHECK (false);
GRANT SELECT (organization_id) ON event_changes TO canvass_platform;
GRANT SELECT (organization_id, is_final) ON event_aggregations TO canvass_platform;
