-- Leaves a row in each table that no operation of the API fills yet, or only where there are name servers. A table
-- that has operations is filled by the travellers instead.
BEGIN;
SELECT unit('canvass_platform', '00000000-0000-0000-0000-000000000000', 30000);
INSERT INTO domain_facts (domain, fact, checked_at, expires_at, created_at)
VALUES ('{letter}.example', 'not_found', now(), now(), now());
COMMIT;

-- An import that is only tried has such rows while it is read, and none afterwards.
BEGIN;
SELECT unit('canvass_app', '{organization}', 30000);
INSERT INTO contact_import_seen (organization_id, import_id, address_hash, created_at)
SELECT i.organization_id, i.id, decode(repeat('{letter}{letter}', 17), 'hex'), now()
FROM contact_imports i
WHERE i.organization_id = '{organization}'
ORDER BY i.id
LIMIT 1;
COMMIT;
