DROP TABLE api_key_addresses;
DROP TABLE api_keys;
DROP TABLE team_members;
DROP TABLE teams;
DROP TABLE invitations;
ALTER POLICY platform_scope ON users
USING (nullif(current_setting('app.organization_id', true), '')::uuid = '00000000-0000-0000-0000-000000000000');
DROP TABLE memberships;
