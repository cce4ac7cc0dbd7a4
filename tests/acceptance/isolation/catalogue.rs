//! What PostgreSQL's catalogue says about a database, read in one go.

use migration::{Placement, TABLES};
use serde::Deserialize;
use sqlx::types::Json;
use sqlx::{PgConnection, Row};

/// The column that makes a table a tenant's.
pub(crate) const TENANT_KEY: &str = "organization_id";

/// A database as far as isolation rests on it.
#[derive(Debug, Deserialize)]
pub(crate) struct Catalogue {
    pub(crate) relations: Vec<Relation>,
    pub(crate) functions: Vec<Function>,
    pub(crate) roles: Vec<Role>,
    /// Members of the owner role that are no administrators.
    pub(crate) owner_members: Vec<String>,
    pub(crate) schemas: Vec<Schema>,
    pub(crate) database: Database,
    /// What whole classes of future objects will be granted to whom.
    pub(crate) default_grants: Vec<String>,
    pub(crate) functions_closed_by_default: bool,
}

#[derive(Debug, Deserialize)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "they are as many facts, none of which follows from another"
)]
pub(crate) struct Relation {
    pub(crate) name: String,
    pub(crate) schema: String,
    pub(crate) kind: String,
    pub(crate) owner: String,
    pub(crate) row_security: bool,
    pub(crate) forced: bool,
    pub(crate) is_partition: bool,
    /// What it is a partition of, or inherits from.
    pub(crate) parent: Option<String>,
    pub(crate) bound: Option<String>,
    pub(crate) security_invoker: bool,
    pub(crate) columns: Vec<Column>,
    pub(crate) grants: Vec<Grant>,
    pub(crate) policies: Vec<Policy>,
    pub(crate) indexes: Vec<Index>,
    pub(crate) foreign_keys: Vec<ForeignKey>,
    pub(crate) triggers: Vec<Trigger>,
    pub(crate) rules: u32,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) kind: String,
    pub(crate) not_null: bool,
    /// Whether a CHECK constraint limits its values.
    pub(crate) checked: bool,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Grant {
    pub(crate) grantee: String,
    pub(crate) privilege: String,
    pub(crate) column: Option<String>,
    pub(crate) grantable: bool,
}

#[derive(Clone, Debug, Deserialize, PartialEq)]
pub(crate) struct Policy {
    pub(crate) name: String,
    pub(crate) permissive: bool,
    /// `*` for all commands.
    pub(crate) command: String,
    pub(crate) roles: Vec<String>,
    pub(crate) using: Option<String>,
    pub(crate) check: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Index {
    pub(crate) name: String,
    pub(crate) unique: bool,
    pub(crate) primary: bool,
    pub(crate) valid: bool,
    pub(crate) predicate: Option<String>,
    pub(crate) columns: Vec<String>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct ForeignKey {
    pub(crate) name: String,
    pub(crate) target: String,
    pub(crate) validated: bool,
    pub(crate) on_delete: String,
    pub(crate) on_update: String,
    pub(crate) columns: Vec<String>,
    pub(crate) target_columns: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "the catalogue keeps them as the bits of one number"
)]
pub(crate) struct Trigger {
    pub(crate) name: String,
    pub(crate) function: String,
    /// Whether it belongs to a foreign key.
    pub(crate) internal: bool,
    pub(crate) enabled: bool,
    /// Whether it fires for some columns or some rows only.
    pub(crate) conditional: bool,
    pub(crate) for_each_row: bool,
    pub(crate) before: bool,
    pub(crate) on_delete: bool,
    pub(crate) on_update: bool,
    pub(crate) on_truncate: bool,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Function {
    pub(crate) name: String,
    pub(crate) signature: String,
    pub(crate) owner: String,
    pub(crate) language: String,
    pub(crate) definer: bool,
    pub(crate) leakproof: bool,
    /// Whether it may write.
    pub(crate) volatile: bool,
    /// The types of what it answers.
    pub(crate) outputs: Vec<String>,
    pub(crate) search_path: Option<String>,
    pub(crate) arguments: Vec<String>,
    pub(crate) body: String,
    pub(crate) definition: String,
    /// Who may call it besides its owner.
    pub(crate) executors: Vec<String>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Role {
    pub(crate) name: String,
    pub(crate) login: bool,
    pub(crate) inherits: bool,
    pub(crate) powers: Vec<String>,
    pub(crate) settings: u32,
    pub(crate) member_of: Vec<Membership>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Membership {
    pub(crate) role: String,
    pub(crate) admin: bool,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Schema {
    pub(crate) name: String,
    pub(crate) owner: String,
    pub(crate) grants: Vec<Grant>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Database {
    pub(crate) owner: String,
    pub(crate) grants: Vec<Grant>,
    pub(crate) settings: u32,
}

impl Catalogue {
    /// Reads the database that `connection` is connected to; inside a transaction, as that sees it.
    pub(crate) async fn read(connection: &mut PgConnection) -> Self {
        // Prepared, since planning it takes longer than running it.
        let Json(catalogue) = sqlx::query(include_str!("catalogue.sql"))
            .fetch_one(connection)
            .await
            .and_then(|row| row.try_get(0))
            .expect("the catalogue can be read");
        catalogue
    }

    /// Tables, partitioned tables and partitions.
    pub(crate) fn tables(&self) -> impl Iterator<Item = &Relation> {
        self.relations.iter().filter(|relation| relation.is_table())
    }

    /// Tables and partitions whose rows belong to an organization each.
    pub(crate) fn tenant_tables(&self) -> impl Iterator<Item = &Relation> {
        self.tables().filter(|table| table.is_tenants())
    }

    pub(crate) fn relation(&self, name: &str) -> Option<&Relation> {
        self.relations.iter().find(|relation| relation.name == name)
    }

    pub(crate) fn role(&self, name: &str) -> Option<&Role> {
        self.roles.iter().find(|role| role.name == name)
    }
}

impl Relation {
    pub(crate) fn is_table(&self) -> bool {
        matches!(self.kind.as_str(), "r" | "p")
    }

    /// The table's own name, or for a partition that of its parent.
    pub(crate) fn family(&self) -> &str {
        self.parent.as_deref().unwrap_or(&self.name)
    }

    pub(crate) fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    pub(crate) fn placement(&self) -> Option<Placement> {
        TABLES
            .iter()
            .find(|(name, _)| *name == self.family())
            .map(|(_, placement)| *placement)
    }

    /// Whether each row belongs to an organization: it says so, or the table's placement does.
    pub(crate) fn is_tenants(&self) -> bool {
        let named = self.column(TENANT_KEY).is_some_and(|key| key.not_null);
        let placed = self.placement() == Some(Placement::Distributed);
        (named || placed) && !super::exceptions::is_directory(self.family())
    }

    pub(crate) fn grants_to<'a>(&'a self, role: &'a str) -> impl Iterator<Item = &'a Grant> {
        self.grants
            .iter()
            .filter(move |grant| grant.grantee == role)
    }
}

impl Grant {
    /// As one would write it: `UPDATE (ip)`.
    pub(crate) fn text(&self) -> String {
        match &self.column {
            Some(column) => format!("{} ({column})", self.privilege),
            None => self.privilege.clone(),
        }
    }
}
