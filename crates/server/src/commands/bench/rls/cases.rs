//! The statements, in the forms in which the program sends them.

use sqlx::postgres::PgArguments;
use sqlx::query::Query;
use sqlx::types::Uuid;
use sqlx::types::time::OffsetDateTime;
use sqlx::{PgConnection, Postgres};

use super::fill::{MEMBERS, id, organization_id, user_id};

/// A prepared statement with its values.
type Bound = Query<'static, Postgres, PgArguments>;

/// Rows of one bulk insert.
const MANY: u32 = 500;
/// Entries of one append to the audit log.
const ENTRIES: u32 = 20;

/// A statement that is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Case {
    /// Who the caller is in the organization, on each request.
    Authorize,
    /// One row by its key.
    ReadById,
    /// A page of rows in the order of their ids.
    Page,
    /// A page of members with the names that their accounts have.
    Members,
    /// All living rows of the organization, counted.
    Count,
    /// A page of the audit log, newest first, within a time.
    AuditPage,
    /// One row, where its name is free.
    InsertOne,
    /// Many rows at once.
    InsertMany,
    /// Entries of the audit log.
    AppendAudit,
    /// One row, where its version is the expected one.
    UpdateById,
}

/// What values are made from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Inputs {
    /// Rows per organization.
    pub(super) rows: u32,
    /// When the audit log begins.
    pub(super) since: OffsetDateTime,
    /// When it ends.
    pub(super) until: OffsetDateTime,
}

impl Case {
    pub(super) const ALL: [Self; 10] = [
        Self::Authorize,
        Self::ReadById,
        Self::Page,
        Self::Members,
        Self::Count,
        Self::AuditPage,
        Self::InsertOne,
        Self::InsertMany,
        Self::AppendAudit,
        Self::UpdateById,
    ];

    /// What it is called in the report.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Authorize => "authorize a member",
            Self::ReadById => "read a row by id",
            Self::Page => "page of 50 rows",
            Self::Members => "page of 50 members with names",
            Self::Count => "count an organization's rows",
            Self::AuditPage => "audit page by time",
            Self::InsertOne => "insert a row",
            Self::InsertMany => "insert 500 rows by unnest",
            Self::AppendAudit => "append 20 audit entries",
            Self::UpdateById => "update a row by id",
        }
    }

    /// The comment inside the statement, by which the server's statistics are found again.
    pub(super) const fn mark(self) -> &'static str {
        match self {
            Self::Authorize => "/* bench authorize */",
            Self::ReadById => "/* bench read */",
            Self::Page => "/* bench page */",
            Self::Members => "/* bench members */",
            Self::Count => "/* bench count */",
            Self::AuditPage => "/* bench audit page */",
            Self::InsertOne => "/* bench insert one */",
            Self::InsertMany => "/* bench insert many */",
            Self::AppendAudit => "/* bench append audit */",
            Self::UpdateById => "/* bench update */",
        }
    }

    const fn sql(self) -> &'static str {
        match self {
            Self::Authorize => {
                "SELECT /* bench authorize */ m.id, m.role_id, r.template_key, \
                 ARRAY(SELECT p.permission_key FROM role_permissions p \
                       WHERE p.organization_id = $1 AND p.role_id = m.role_id) AS permissions, \
                 u.status, u.deleted_at IS NOT NULL, o.deleted_at IS NOT NULL \
                 FROM memberships m \
                 JOIN organizations o ON o.organization_id = m.organization_id \
                 JOIN roles r ON r.organization_id = m.organization_id AND r.id = m.role_id \
                 JOIN users u ON u.id = m.user_id \
                 WHERE m.organization_id = $1 AND o.organization_id = $1 AND r.organization_id = $1 \
                 AND m.user_id = $2 AND m.deleted_at IS NULL"
            }
            Self::ReadById => {
                "SELECT /* bench read */ * FROM teams t \
                 WHERE t.organization_id = $1 AND t.id = $2 AND t.deleted_at IS NULL"
            }
            Self::Page => {
                "SELECT /* bench page */ * FROM teams t \
                 WHERE t.organization_id = $1 AND t.deleted_at IS NULL AND t.id > $2 ORDER BY t.id LIMIT 51"
            }
            Self::Members => {
                "SELECT /* bench members */ m.id, m.user_id, m.role_id, m.joined_at, u.display_name, u.email \
                 FROM memberships m JOIN users u ON u.id = m.user_id \
                 WHERE m.organization_id = $1 AND m.deleted_at IS NULL AND m.id > $2 ORDER BY m.id LIMIT 51"
            }
            Self::Count => {
                "SELECT /* bench count */ count(*) FROM teams t \
                 WHERE t.organization_id = $1 AND t.deleted_at IS NULL"
            }
            Self::AuditPage => {
                "SELECT /* bench audit page */ * FROM audit_logs l \
                 WHERE l.organization_id = $1 AND l.created_at >= $2 AND l.created_at < $3 \
                 ORDER BY l.created_at DESC, l.id DESC LIMIT 51"
            }
            Self::InsertOne => {
                "INSERT /* bench insert one */ INTO teams (\
                     organization_id, id, name, name_folded, description, created_at, updated_at, version) \
                 VALUES ($1, $2, $3, $4, $5, $6, $6, 1) \
                 ON CONFLICT (organization_id, name_folded) WHERE deleted_at IS NULL DO NOTHING"
            }
            Self::InsertMany => {
                "INSERT /* bench insert many */ INTO teams (\
                     organization_id, id, name, name_folded, description, created_at, updated_at, version) \
                 SELECT $1, n.id, n.name, lower(n.name), $4, $5, $5, 1 \
                 FROM unnest($2::uuid[], $3::text[]) AS n (id, name) \
                 ON CONFLICT (organization_id, name_folded) WHERE deleted_at IS NULL DO NOTHING"
            }
            Self::AppendAudit => {
                "INSERT /* bench append audit */ INTO audit_logs (\
                     organization_id, id, created_at, user_id, actor_kind, entity_type, entity_id, action, fields, \
                     request_id, commitment) \
                 SELECT $1, n.id, $3, $4, 'user', 'team', n.id, 'update', ARRAY['name'], n.id, $5 \
                 FROM unnest($2::uuid[]) AS n (id) RETURNING id"
            }
            Self::UpdateById => {
                "UPDATE /* bench update */ teams t SET description = $3, updated_at = $4, version = t.version + 1 \
                 WHERE t.organization_id = $1 AND t.id = $2 AND t.deleted_at IS NULL"
            }
        }
    }

    /// How many times less often it is repeated than the quick ones.
    pub(super) const fn share(self) -> u32 {
        match self {
            Self::InsertMany | Self::Count => 10,
            _ => 1,
        }
    }

    /// The statement for an organization, with the values of its `turn`-th run.
    fn bound(self, inputs: &Inputs, organization: u16, turn: u32) -> Bound {
        let own = organization_id(organization);
        // A prime walks through all rows without an order.
        let some = |of: u32| 1 + turn.wrapping_mul(7_919) % of;
        let fresh = |number: u32| id(organization, inputs.rows + 1 + number);
        let at = inputs.since;
        let query = sqlx::query(self.sql()).bind(own);
        match self {
            Self::Authorize => query.bind(user_id(organization, some(MEMBERS))),
            Self::ReadById => query.bind(id(organization, some(inputs.rows))),
            Self::Page => query.bind(id(organization, some(inputs.rows - 51))),
            Self::Members => query.bind(id(organization, some(MEMBERS - 51))),
            Self::Count => query,
            Self::AuditPage => {
                let days = (inputs.until - inputs.since) / 100;
                let since = inputs.since + days * i32::try_from(some(90)).unwrap_or(1);
                query.bind(since).bind(since + days * 9)
            }
            Self::InsertOne => query
                .bind(fresh(turn))
                .bind(format!("New team {turn}"))
                .bind(format!("new team {turn}"))
                .bind("What it is there for.")
                .bind(at),
            Self::InsertMany => {
                let numbers = (0..MANY).map(|number| turn * MANY + number);
                let ids: Vec<Uuid> = numbers.clone().map(fresh).collect();
                let names: Vec<String> =
                    numbers.map(|number| format!("New team {number}")).collect();
                query
                    .bind(ids)
                    .bind(names)
                    .bind("What it is there for.")
                    .bind(at)
            }
            Self::AppendAudit => {
                let ids: Vec<Uuid> = (0..ENTRIES)
                    .map(|number| fresh(turn * ENTRIES + number))
                    .collect();
                query
                    .bind(ids)
                    .bind(at)
                    .bind(user_id(organization, 1))
                    .bind(vec![0_u8; 32])
            }
            Self::UpdateById => query
                .bind(id(organization, some(inputs.rows)))
                .bind(format!("Changed in turn {turn}."))
                .bind(at),
        }
    }

    /// Runs it, and tells how many rows came back or were written.
    pub(super) async fn run(
        self,
        connection: &mut PgConnection,
        inputs: &Inputs,
        organization: u16,
        turn: u32,
    ) -> Result<u64, sqlx::Error> {
        let bound = self.bound(inputs, organization, turn);
        match self {
            Self::InsertOne | Self::InsertMany | Self::UpdateById => bound
                .execute(connection)
                .await
                .map(|done| done.rows_affected()),
            _ => bound
                .fetch_all(connection)
                .await
                .map(|rows| rows.len() as u64),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_statement_has_its_mark_and_names_the_organization() {
        for case in Case::ALL {
            assert!(case.sql().contains(case.mark()), "{}", case.name());
            assert!(case.sql().contains("organization_id"), "{}", case.name());
            assert!(case.sql().contains("$1"), "{}", case.name());
        }
    }
}
