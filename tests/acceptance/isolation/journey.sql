-- Leaves a row in each table that no operation of the API fills yet, or only where there are name servers. A table
-- that has operations is filled by the travellers instead.
BEGIN;
SELECT unit('canvass_platform', '00000000-0000-0000-0000-000000000000', 30000);
INSERT INTO domain_facts (domain, fact, checked_at, expires_at, created_at)
VALUES ('{letter}.example', 'not_found', now(), now(), now());
COMMIT;
