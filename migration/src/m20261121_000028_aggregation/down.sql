DROP TRIGGER note_changes ON events;
DROP FUNCTION note_event_changes();
DROP TABLE event_recurrences, contact_event_days, event_aggregations, campaign_aggregations, event_changes;
