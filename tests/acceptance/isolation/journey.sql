-- Leaves a row of one tenant in every table. Ids follow from the tenant's letter.
BEGIN;
SELECT unit('canvass_app', '00000000-0000-0000-0000-000000000000', 30000);
INSERT INTO users (id, email, email_folded, display_name, password_hash, status, created_at, updated_at, version)
VALUES (md5('{letter} user')::uuid, '{letter}@example.com', '{letter}@example.com', 'Person {letter}', NULL, 'active', now(), now(), 1);
INSERT INTO user_preferences (user_id, timezone, locale, preferences, created_at, updated_at, version)
VALUES (md5('{letter} user')::uuid, 'Etc/UTC', 'en', '{}', now(), now(), 1);
INSERT INTO user_roles (user_id, role, granted_at, created_at)
VALUES (md5('{letter} user')::uuid, 'system', now(), now());
INSERT INTO sessions (id, user_id, generation, key_id, refresh_hash, access_hash, access_expires_at, rotated_at, expires_at, created_at, updated_at)
VALUES (md5('{letter} session')::uuid, md5('{letter} user')::uuid, 1, 1, sha256('{letter} refresh'), sha256('{letter} access'), now(), now(), now(), now(), now());
COMMIT;

BEGIN;
SELECT unit('canvass_app', '{organization}', 30000);
SELECT claim_slug('{organization}', 'organization', 'slug-{letter}', now());
INSERT INTO organizations (organization_id, name, slug, owner_id, subscription_level, settings, created_at, updated_at, version)
VALUES ('{organization}', 'Organization {letter}', 'slug-{letter}', md5('{letter} user')::uuid, 'free', '{}', now(), now(), 1);
INSERT INTO roles (organization_id, id, template_key, name, name_folded, description, created_at, updated_at, version)
VALUES ('{organization}', md5('{letter} role')::uuid, 'template-{letter}', 'Role {letter}', 'role {letter}', '', now(), now(), 1);
INSERT INTO role_permissions (organization_id, role_id, permission_key, created_at)
VALUES ('{organization}', md5('{letter} role')::uuid, 'contact.view', now());
INSERT INTO memberships (organization_id, id, user_id, role_id, joined_at, invitation_state, created_at, updated_at, version)
VALUES ('{organization}', md5('{letter} membership')::uuid, md5('{letter} user')::uuid, md5('{letter} role')::uuid, now(), 'direct', now(), now(), 1);
SELECT add_user_organization('{organization}', md5('{letter} user')::uuid, now());
INSERT INTO invitations (organization_id, id, email, email_folded, role_id, status, token_generation, expires_at, created_at, updated_at, version)
VALUES ('{organization}', md5('{letter} invitation')::uuid, 'guest-{letter}@example.com', 'guest-{letter}@example.com', md5('{letter} role')::uuid, 'pending', 1, now(), now(), now(), 1);
SELECT add_credential('{organization}', 'invitation', sha256('{letter} invitation'), md5('{letter} invitation')::uuid, now());
INSERT INTO teams (organization_id, id, name, name_folded, description, created_at, updated_at, version)
VALUES ('{organization}', md5('{letter} team')::uuid, 'Team {letter}', 'team {letter}', '', now(), now(), 1);
INSERT INTO team_members (organization_id, id, team_id, membership_id, joined_at, created_at, updated_at, version)
VALUES ('{organization}', md5('{letter} team member')::uuid, md5('{letter} team')::uuid, md5('{letter} membership')::uuid, now(), now(), now(), 1);
INSERT INTO api_keys (organization_id, id, user_id, name, scopes, prefix, key_hash, created_at, updated_at, version)
VALUES ('{organization}', md5('{letter} key')::uuid, md5('{letter} user')::uuid, 'Key {letter}', '{contact.view}', 'prefix-{letter}', sha256('{letter} key'), now(), now(), 1);
SELECT add_credential('{organization}', 'api_key', sha256('{letter} key'), md5('{letter} key')::uuid, now());
INSERT INTO api_key_addresses (organization_id, api_key_id, address_hash, created_at)
VALUES ('{organization}', md5('{letter} key')::uuid, sha256('{letter} address'), now());
INSERT INTO audit_logs (organization_id, id, created_at, user_id, actor_kind, entity_type, entity_id, action, fields, request_id, commitment)
VALUES ('{organization}', md5('{letter} entry')::uuid, now(), md5('{letter} user')::uuid, 'user', 'organization', '{organization}', 'create', '{name}', md5('{letter} request')::uuid, sha256('{letter} payload'));
INSERT INTO audit_payloads (organization_id, id, created_at, changes, ip, user_agent, salt)
VALUES ('{organization}', md5('{letter} entry')::uuid, now(), '{"name": {"old": null, "new": "Organization {letter}"}}', '192.0.2.1', 'browser', sha256('{letter} salt'));
INSERT INTO job_queue (organization_id, id, kind, payload, status, run_at, attempts, max_attempts, created_at, updated_at)
VALUES ('{organization}', md5('{letter} job')::uuid, 'send_mail', '{}', 'pending', now(), 0, 5, now(), now());
INSERT INTO idempotency_keys (organization_id, key, fingerprint, expires_at, created_at)
VALUES ('{organization}', sha256('{letter} idempotency'), sha256('{letter} body'), now(), now());
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
COMMIT;

BEGIN;
SELECT unit('canvass_platform', '00000000-0000-0000-0000-000000000000', 30000);
INSERT INTO rate_limits (key, next_at, created_at, updated_at)
VALUES (sha256('{letter} limit'), now(), now(), now());
INSERT INTO access_logs (id, created_at, user_id, organization_id, method, route, status, latency_ms, ip, request_id)
VALUES (md5('{letter} access')::uuid, now(), md5('{letter} user')::uuid, '{organization}', 'GET', '/v1/me', 200, 1, '192.0.2.1', md5('{letter} request')::uuid);
INSERT INTO error_logs (id, created_at, service, level, message, context)
VALUES (md5('{letter} error')::uuid, now(), 'canvass', 'error', 'a failure', '{}');
COMMIT;
