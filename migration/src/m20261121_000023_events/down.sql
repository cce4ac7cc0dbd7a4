DROP TABLE consent_records, events;
