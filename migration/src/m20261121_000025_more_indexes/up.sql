-- Recipients that stand in one way are listed person by person, however few of many they are.
CREATE INDEX campaign_contact_assignments_listing_idx
ON campaign_contact_assignments (organization_id, campaign_id, status, contact_id);

-- Which leads have been at a stage is counted in the order of this index, without sorting all steps. Every lead began as
-- new, which needs no count.
CREATE INDEX lead_status_changes_stage_idx ON lead_status_changes (organization_id, to_status, lead_id)
WHERE from_status IS NOT NULL;
