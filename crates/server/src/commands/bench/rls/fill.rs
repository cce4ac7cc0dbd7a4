//! Rows of several organizations, the same in every run but for their months.

use sqlx::{AssertSqlSafe, Executor as _, PgConnection};
use uuid::Uuid;

/// How many organizations there are.
pub(super) const ORGANIZATIONS: u16 = 4;

/// How many members an organization has.
pub(super) const MEMBERS: u32 = 500;

/// In how many turns the organizations write, so that their rows lie mixed, as they do in life.
const TURNS: u32 = 10;

/// The id of a row: the organization's number, then the row's own; UUIDv7 in form and in order.
pub(super) fn id(organization: u16, number: u32) -> Uuid {
    let organization = 0x018f_0000 | u128::from(organization);
    Uuid::from_u128((organization << 96) | (0x7000_8000 << 48) | u128::from(number))
}

/// The id of an organization.
pub(super) fn organization_id(organization: u16) -> Uuid {
    id(organization, 0)
}

/// The user behind the member with this number. Users are no organization's, so they have ids of their own.
pub(super) fn user_id(organization: u16, number: u32) -> Uuid {
    id(organization + 0x1000, number)
}

/// The same as [`id`] in SQL, for the column `n`.
fn id_of(organization: u16) -> String {
    format!(
        "('{}'::text || lpad(to_hex(n), 12, '0'))::uuid",
        prefix(organization)
    )
}

/// The id without its last twelve digits.
fn prefix(organization: u16) -> String {
    let mut text = id(organization, 0).hyphenated().to_string();
    text.truncate(24);
    text
}

/// Writes all rows, as superuser: nobody else may write for several organizations.
pub(super) async fn fill(admin: &mut PgConnection, rows: u32) -> Result<(), sqlx::Error> {
    for organization in 1..=ORGANIZATIONS {
        admin.execute(AssertSqlSafe(people(organization))).await?;
    }
    for turn in 0..TURNS {
        let first = rows / TURNS * turn + 1;
        let last = if turn + 1 == TURNS {
            rows
        } else {
            rows / TURNS * (turn + 1)
        };
        for organization in 1..=ORGANIZATIONS {
            let statements = bulk(organization, first, last, rows);
            admin.execute(AssertSqlSafe(statements)).await?;
        }
    }
    Ok(())
}

/// An organization, its roles, and its members.
fn people(organization: u16) -> String {
    let own = organization_id(organization);
    let row = id_of(organization);
    let user = id_of(organization + 0x1000);
    format!(
        "INSERT INTO users (id, email, email_folded, display_name, status, created_at, updated_at, version)
         SELECT {user}, 'p' || n || '@o{organization}.example', 'p' || n || '@o{organization}.example',
                'Person ' || n, 'active', now(), now(), 1
         FROM generate_series(1, {MEMBERS}) n;
         INSERT INTO organizations (
             organization_id, name, slug, owner_id, subscription_level, settings, created_at, updated_at, version)
         SELECT '{own}', 'Organization {organization}', 'organization-{organization}', {user}, 'free', '{{}}',
                now(), now(), 1
         FROM generate_series(1, 1) n;
         INSERT INTO roles (
             organization_id, id, template_key, name, name_folded, description, created_at, updated_at, version)
         SELECT '{own}', {row}, CASE n WHEN 1 THEN 'owner' END, 'Role ' || n, 'role ' || n, '', now(), now(), 1
         FROM generate_series(1, 6) n;
         INSERT INTO role_permissions (organization_id, role_id, permission_key, created_at)
         SELECT '{own}', {row}, p.key, now() FROM generate_series(1, 6) n CROSS JOIN permissions p;
         INSERT INTO memberships (
             organization_id, id, user_id, role_id, joined_at, invitation_state, created_at, updated_at, version)
         SELECT '{own}', {row}, {user}, '{role}', now(), 'direct', now(), now(), 1
         FROM generate_series(1, {MEMBERS}) n;",
        role = id(organization, 2),
    )
}

/// A stretch of an organization's teams, and of its audit log, which goes on through three months.
fn bulk(organization: u16, first: u32, last: u32, rows: u32) -> String {
    let own = organization_id(organization);
    let row = id_of(organization);
    let user = id_of(organization + 0x1000);
    let time = format!(
        "date_trunc('month', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' + n * interval '80 days' / {rows}"
    );
    format!(
        "INSERT INTO teams (organization_id, id, name, name_folded, description, created_at, updated_at, version)
         SELECT '{own}', {row}, 'Team ' || n, 'team ' || n, 'What team ' || n || ' is there for.', now(), now(), 1
         FROM generate_series({first}, {last}) n;
         INSERT INTO audit_logs (
             organization_id, id, created_at, user_id, actor_kind, entity_type, entity_id, action, fields,
             request_id, commitment)
         SELECT '{own}', {row}, {time}, {user}, 'user', 'team', {row}, 'update', ARRAY['name'],
                {row}, decode(repeat('00', 32), 'hex')
         FROM generate_series({first}, {last}) n;
         INSERT INTO audit_payloads (organization_id, id, created_at, changes, salt)
         SELECT '{own}', {row}, {time}, '{{\"name\": {{\"old\": \"Team\", \"new\": \"Team\"}}}}',
                decode(repeat('00', 16), 'hex')
         FROM generate_series({first}, {last}) n;"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_of_their_organization_and_in_order() {
        assert_eq!(
            id(1, 255).to_string(),
            "018f0001-0000-7000-8000-0000000000ff"
        );
        assert_eq!(prefix(1), "018f0001-0000-7000-8000-");
        assert!(id(1, 1) < id(1, 2) && id(1, 2) < id(2, 1));
    }
}
