//! A whole server in this process.

use std::net::SocketAddr;
use std::sync::Arc;

use tenancy::AccountPorts;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::compose::{Composition, compose};
use crate::data_directory::{DataDirectory, DataDirectoryError};
use crate::database::{Database, DatabaseError};
use crate::http::{self, Patience};
use crate::settings::Settings;

/// Why the server did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The data directory cannot be used.
    #[error(transparent)]
    DataDirectory(#[from] DataDirectoryError),
    /// There is no database to serve from.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// What the server is composed of does not fit together.
    #[error("{0}")]
    Compose(String),
}

/// A server that takes requests and works on jobs.
pub struct Running {
    address: SocketAddr,
    url: String,
    database: Database,
    stopping: CancellationToken,
    http: JoinHandle<()>,
    background: Vec<JoinHandle<()>>,
    /// All use cases together are large, and need not lie in every future that has a server.
    composition: Box<Composition>,
}

impl Running {
    /// Opens the database, and serves.
    pub async fn start(settings: Settings) -> Result<Self, StartError> {
        Box::pin(Self::start_up(settings)).await
    }

    async fn start_up(settings: Settings) -> Result<Self, StartError> {
        let data_directory = DataDirectory::open(&settings.data_dir)?;
        let keys = data_directory.keys(&settings)?;
        // Whoever cannot have the port should not start a database first.
        let refused = |source: std::io::Error| StartError::Listen {
            address: settings.listen,
            source,
        };
        let listener = TcpListener::bind(settings.listen).await.map_err(refused)?;
        let address = listener.local_addr().map_err(refused)?;
        let url = settings.public_url(address);

        let database = Database::open(&settings).await?;
        let stopping = CancellationToken::new();
        if database.embedded.is_some() {
            database.resume_jobs().await?;
        }
        let composition = compose(
            &settings,
            &url,
            &database,
            &data_directory,
            Arc::new(keys),
            &stopping,
        )?;
        let background = composition.spawn_background(&stopping);
        let http = tokio::spawn(http::serve(
            listener,
            composition.application(),
            Patience::STANDARD,
            stopping.clone(),
            composition.last_call(),
        ));
        Ok(Self {
            address,
            url,
            database,
            stopping,
            http,
            background,
            composition: Box::new(composition),
        })
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where people reach it.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The ports of the use cases on accounts.
    pub(crate) const fn accounts(&self) -> &AccountPorts {
        self.composition.accounts()
    }

    /// Waits until the private database is lost for good; for ever where it is somebody else's.
    pub(crate) async fn database_lost(&self) -> String {
        match &self.database.embedded {
            Some(embedded) => embedded.failed().await.to_string(),
            None => std::future::pending().await,
        }
    }

    /// Stops: no new requests, open ones end, jobs end or are handed back, logs are written, the
    /// private database stops.
    pub async fn stop(self) {
        tracing::info!("stopping");
        self.stopping.cancel();
        if let Err(error) = self.http.await {
            tracing::error!(error = %error, "the HTTP server panicked");
        }
        for task in self.background {
            if let Err(error) = task.await {
                tracing::error!(error = %error, "a background task panicked");
            }
        }
        self.composition.flush().await;
        self.database.close().await;
        tracing::info!("stopped");
    }
}
