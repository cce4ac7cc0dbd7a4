//! The databases, and the server under them.

use infrastructure::embedded::{EmbeddedOptions, EmbeddedPostgres};
use infrastructure::{SystemClock, SystemIds, SystemRandom, sync_permissions};
use kernel::{Clock as _, IdGenerator as _, RandomBytes as _};
use migration::role;
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection, Row as _};
use tempfile::TempDir;

use super::fill;
use crate::cli::Failure;
use crate::settings::Settings;

/// What the databases' names begin with.
const PREFIX: &str = "canvass_bench_";

/// A server with three databases that differ in row-level security alone.
pub(super) struct Stage {
    /// How the superuser reaches the server.
    admin: PgConnectOptions,
    /// How statements log in.
    login: PgConnectOptions,
    /// What the databases' names begin with.
    name: String,
    /// The private server, which lives in the folder.
    private: Option<(EmbeddedPostgres, TempDir)>,
}

/// Which of the databases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    /// The one under row-level security.
    With,
    /// Its copy without.
    Without,
    /// The copy's own copy, which shows what chance does.
    Again,
}

impl Side {
    pub(super) const ALL: [Self; 3] = [Self::With, Self::Without, Self::Again];

    const fn suffix(self) -> &'static str {
        match self {
            Self::With => "_with",
            Self::Without => "_without",
            Self::Again => "_again",
        }
    }
}

impl Stage {
    /// Sets up the server and both databases, with `rows` rows in each large table of each organization.
    pub(super) async fn set(settings: &Settings, rows: u32) -> Result<Self, Failure> {
        let name = format!("{PREFIX}{}", SystemIds::default().next().simple());
        let stage = Self::reach_server(settings, &name).await?;
        match stage.build(rows).await {
            Ok(()) => Ok(stage),
            Err(failure) => {
                stage.strike().await?;
                Err(failure)
            }
        }
    }

    async fn reach_server(settings: &Settings, name: &str) -> Result<Self, Failure> {
        if let Some(url) = &settings.database_owner_url {
            let admin = url.parse::<PgConnectOptions>().map_err(Failure::usage)?;
            // The password of the login is not known here; a superuser may take on its roles.
            return Ok(Self {
                login: admin.clone(),
                admin,
                name: name.to_owned(),
                private: None,
            });
        }

        let folder = tempfile::tempdir().map_err(Failure::new)?;
        let mut options = EmbeddedOptions::new(folder.path().join("data"))
            .setting("pg_stat_statements.track_planning", "on");
        if let Some(directory) = &settings.pg_bin_dir {
            options = options.pg_bin_dir(directory);
        }
        let postgres = EmbeddedPostgres::start(options)
            .await
            .map_err(Failure::new)?;
        Ok(Self {
            admin: postgres.administrator_options(),
            login: postgres.options_for(role::LOGIN, "postgres"),
            name: name.to_owned(),
            private: Some((postgres, folder)),
        })
    }

    async fn build(&self, rows: u32) -> Result<(), Failure> {
        let mut server = self.maintenance().await?;
        let superuser: bool = server
            .fetch_one("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
            .await
            .and_then(|row| row.try_get(0))
            .map_err(Failure::new)?;
        if !superuser {
            return Err(Failure::usage(
                "bench rls needs a superuser's DATABASE_OWNER_URL, or none",
            ));
        }

        let with = self.admin.clone().database(&self.name(Side::With));
        let password = SystemRandom
            .bytes()
            .map(|byte| char::from(b'a' + byte % 26));
        let password = password.iter().collect::<String>();
        migration::migrate(&with, &password)
            .await
            .map_err(Failure::new)?;
        sync_permissions(&with, SystemClock.now())
            .await
            .map_err(Failure::new)?;

        let mut owner = PgConnection::connect_with(&with)
            .await
            .map_err(Failure::new)?;
        // Without the library the server's own times are left out.
        let statistics = "CREATE EXTENSION IF NOT EXISTS pg_stat_statements";
        if let Err(error) = owner.execute(statistics).await {
            tracing::warn!(error = %error, "the server's own times cannot be read");
        }
        fill::fill(&mut owner, rows).await.map_err(Failure::new)?;
        owner
            .execute("VACUUM (ANALYZE)")
            .await
            .map_err(Failure::new)?;
        owner.close().await.map_err(Failure::new)?;

        self.copy(&mut server, Side::With, Side::Without).await?;
        self.switch_off_row_security().await.map_err(Failure::new)?;
        self.copy(&mut server, Side::Without, Side::Again).await?;
        server.close().await.map_err(Failure::new)
    }

    async fn copy(&self, server: &mut PgConnection, from: Side, to: Side) -> Result<(), Failure> {
        let statement = format!(
            "CREATE DATABASE {} TEMPLATE {}",
            self.name(to),
            self.name(from)
        );
        server
            .execute(AssertSqlSafe(statement))
            .await
            .map_err(Failure::new)?;
        Ok(())
    }

    /// Policies stay in the copy, but no table heeds them.
    async fn switch_off_row_security(&self) -> Result<(), sqlx::Error> {
        let mut admin = self.as_admin(Side::Without).await?;
        let statement = "DO $$ DECLARE t regclass; BEGIN \
            FOR t IN SELECT oid FROM pg_class WHERE relrowsecurity LOOP \
                EXECUTE format('ALTER TABLE %s DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY', t); \
            END LOOP; END $$";
        admin.execute(statement).await?;
        admin.close().await
    }

    /// Removes the databases, and the server where it is private.
    pub(super) async fn strike(self) -> Result<(), Failure> {
        let Some((postgres, folder)) = self.private else {
            let mut server = self.maintenance().await?;
            for side in Side::ALL {
                let statement = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name(side));
                server
                    .execute(AssertSqlSafe(statement))
                    .await
                    .map_err(Failure::new)?;
            }
            return server.close().await.map_err(Failure::new);
        };
        postgres.stop().await.map_err(Failure::new)?;
        folder.close().map_err(Failure::new)
    }

    async fn maintenance(&self) -> Result<PgConnection, Failure> {
        let options = self.admin.clone().database("postgres");
        PgConnection::connect_with(&options)
            .await
            .map_err(Failure::new)
    }

    /// A connection as the program has it.
    pub(super) async fn connect(&self, side: Side) -> Result<PgConnection, sqlx::Error> {
        let options = self.login.clone().database(&self.name(side));
        PgConnection::connect_with(&options).await
    }

    /// A connection as superuser.
    pub(super) async fn as_admin(&self, side: Side) -> Result<PgConnection, sqlx::Error> {
        let options = self.admin.clone().database(&self.name(side));
        PgConnection::connect_with(&options).await
    }

    fn name(&self, side: Side) -> String {
        format!("{}{}", self.name, side.suffix())
    }
}

/// The databases of benches on a server.
#[cfg(test)]
pub(super) async fn left_behind(admin: &PgConnectOptions) -> Vec<String> {
    let mut server = PgConnection::connect_with(admin).await.unwrap();
    let sql = format!("SELECT datname::text FROM pg_database WHERE datname LIKE '{PREFIX}%'");
    let rows = server.fetch_all(AssertSqlSafe(sql)).await.unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}
