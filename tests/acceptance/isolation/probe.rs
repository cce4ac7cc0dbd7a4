//! Trying a statement in a role and a tenant, and undoing it.

use std::fmt;

use futures_util::StreamExt as _;
use migration::role::LOGIN;
use sqlx::{AssertSqlSafe, Either, Executor, PgConnection, Row};
use uuid::Uuid;

/// Who tries.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Actor {
    /// A unit of work: its role and its organization.
    Unit(&'static str, Option<Uuid>),
    /// The login, outside every unit of work.
    Login,
    /// A role without the login, such as the owner who migrates.
    Role(&'static str),
    /// A superuser.
    Administrator,
}

/// What came of a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It ran: so many rows were counted or changed.
    Rows(i64),
    /// The database refused it.
    Refused {
        /// The SQLSTATE.
        code: String,
        /// The message and its details, without the values that the statement brought along.
        message: String,
    },
}

/// `insufficient_privilege`, which row-level security raises too.
pub(crate) const FORBIDDEN: &str = "42501";
/// `foreign_key_violation`.
pub(crate) const NO_SUCH_ROW: &str = "23503";

impl Outcome {
    pub(crate) fn is_refused_as(&self, wanted: &str) -> bool {
        matches!(self, Self::Refused { code, .. } if code == wanted)
    }

    pub(crate) fn is_forbidden(&self) -> bool {
        self.is_refused_as(FORBIDDEN)
    }

    /// Whether the grants refused it, before any policy or trigger was asked.
    pub(crate) fn is_not_granted(&self) -> bool {
        matches!(self, Self::Refused { code, message } if code == FORBIDDEN && message.starts_with("permission denied"))
    }

    fn of(error: &sqlx::Error) -> Self {
        let sqlx::Error::Database(error) = error else {
            panic!("the connection broke: {error}");
        };
        let error = error.downcast_ref::<sqlx::postgres::PgDatabaseError>();
        let detail = error.detail().unwrap_or_default();
        // `Key (a, b)=(1, 2) is not present`: the values are the statement's own.
        let detail = match (detail.find(")=("), detail.rfind(')')) {
            (Some(start), Some(end)) => format!("{}{}", &detail[..=start], &detail[end + 1..]),
            _ => detail.to_owned(),
        };
        Self::Refused {
            code: error.code().to_owned(),
            message: format!("{} {detail}", error.message()),
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rows(rows) => write!(formatter, "{rows} rows"),
            Self::Refused { code, message } => write!(formatter, "{code}: {}", message.trim_end()),
        }
    }
}

/// Tries statements one after the other, each undone before the next.
pub(crate) struct Prober<'c> {
    connection: &'c mut PgConnection,
    production: bool,
    begun: bool,
}

impl<'c> Prober<'c> {
    /// Tries inside the open transaction of a superuser, who takes on roles. Sees what that
    /// transaction did to the schema.
    pub(crate) const fn inside(connection: &'c mut PgConnection) -> Self {
        Self {
            connection,
            production: false,
            begun: false,
        }
    }

    /// Tries over the connection of the login, exactly as the program does.
    pub(crate) const fn over_login(connection: &'c mut PgConnection) -> Self {
        Self {
            connection,
            production: true,
            begun: false,
        }
    }

    /// Whether the program's own connection is used, which cannot prepare or try as others.
    pub(crate) const fn is_production(&self) -> bool {
        self.production
    }

    /// How many rows a statement changes.
    pub(crate) async fn change(&mut self, actor: Actor, statement: &str) -> Outcome {
        self.attempt("", actor, statement, false).await
    }

    /// What a statement that answers one number answers.
    pub(crate) async fn count(&mut self, actor: Actor, statement: &str) -> Outcome {
        self.attempt("", actor, statement, true).await
    }

    /// The same after an administrator prepared something, which is undone as well.
    pub(crate) async fn change_after(
        &mut self,
        preparation: &str,
        actor: Actor,
        statement: &str,
    ) -> Outcome {
        self.attempt(preparation, actor, statement, false).await
    }

    /// The same after an administrator prepared something, which is undone as well.
    pub(crate) async fn count_after(
        &mut self,
        preparation: &str,
        actor: Actor,
        statement: &str,
    ) -> Outcome {
        self.attempt(preparation, actor, statement, true).await
    }

    /// Everything goes to the server as one string: what undoes the last probe, the preparation, the
    /// role and the statement itself, whose outcome is the last.
    async fn attempt(
        &mut self,
        preparation: &str,
        actor: Actor,
        statement: &str,
        counts: bool,
    ) -> Outcome {
        let undo = if self.production {
            "ROLLBACK; BEGIN"
        } else if self.begun {
            "ROLLBACK TO SAVEPOINT probe"
        } else {
            "SAVEPOINT probe"
        };
        self.begun = true;
        let all = format!(
            "{undo}; {preparation}{} {statement}",
            self.become_actor(actor)
        );
        let mut answers = self.connection.fetch_many(AssertSqlSafe(all));
        let mut counted = 0;
        let mut changed = 0;
        while let Some(answer) = answers.next().await {
            match answer {
                Ok(Either::Left(done)) => changed = done.rows_affected(),
                Ok(Either::Right(row)) => counted = row.try_get(0).unwrap_or_default(),
                Err(error) => return Outcome::of(&error),
            }
        }
        let rows = if counts {
            counted
        } else {
            changed.try_into().unwrap_or(i64::MAX)
        };
        Outcome::Rows(rows)
    }

    fn become_actor(&self, actor: Actor) -> String {
        let login = if self.production {
            String::new()
        } else {
            format!("SET LOCAL SESSION AUTHORIZATION {LOGIN}; ")
        };
        match actor {
            Actor::Unit(role, organization) => {
                let organization = organization.map_or("NULL".to_owned(), |organization| {
                    format!("'{organization}'")
                });
                format!("{login}SELECT unit('{role}', {organization}, 30000);")
            }
            Actor::Login => login,
            Actor::Role(role) => format!("SET LOCAL ROLE {role};"),
            Actor::Administrator => String::new(),
        }
    }
}
