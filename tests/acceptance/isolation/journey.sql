-- Leaves a row of one tenant in each table that no operation of the API fills yet. A table that has operations
-- is filled by the travellers instead. Ids follow from the tenant's letter.
BEGIN;
SELECT unit('canvass_app', '{organization}', 30000);
INSERT INTO contact_lists (organization_id, id, name, name_folded, description, source, status, created_at, updated_at, version)
VALUES ('{organization}', md5('{letter} list')::uuid, 'List {letter}', 'list {letter}', '', 'manual', 'pending', now(), now(), 1);
INSERT INTO contacts (organization_id, id, email, email_normalized, email_hash, attributes, source, validation_status, classification, risk_score, search_text, created_at, updated_at, version)
VALUES ('{organization}', md5('{letter} contact')::uuid, 'Lead-{letter}@example.com', 'lead-{letter}@example.com', substring(sha256('{letter} contact') for 17), '{"city": "Berlin"}', 'manual', 'pending', 'unknown', 0, ' common word{letter} ', now(), now(), 1);
INSERT INTO contact_list_members (organization_id, contact_id, list_id, validation_status, created_at)
VALUES ('{organization}', md5('{letter} contact')::uuid, md5('{letter} list')::uuid, 'pending', now());
INSERT INTO contact_list_counts (organization_id, list_id, id, pending, valid, invalid, risky, nonexistent, created_at)
VALUES ('{organization}', md5('{letter} list')::uuid, md5('{letter} counts')::uuid, 1, 0, 0, 0, 0, now());
INSERT INTO contact_words (organization_id, word, reversed, created_at)
VALUES ('{organization}', 'word{letter}', '{letter}drow', now());
INSERT INTO suppressions (organization_id, id, address_hash, reason, source, created_at)
VALUES ('{organization}', md5('{letter} suppression')::uuid, substring(sha256('{letter} contact') for 17), 'manual', 'api', now());
INSERT INTO validation_logs (organization_id, contact_id, created_at, syntax_version, domain_version, classification_version, syntax_result, domain_result, classification_result, details)
VALUES ('{organization}', md5('{letter} judged')::uuid, now(), 1, 1, 1, 'pass', 'unknown', 'pass', '{}');
COMMIT;

BEGIN;
SELECT unit('canvass_platform', '00000000-0000-0000-0000-000000000000', 30000);
INSERT INTO domain_facts (domain, fact, checked_at, expires_at, created_at)
VALUES ('{letter}.example', 'not_found', now(), now(), now());
COMMIT;
