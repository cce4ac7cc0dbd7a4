//! A worker in this process: jobs, and nothing else.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::compose::{Worker, compose_worker};
use crate::data_directory::DataDirectory;
use crate::database::Database;
use crate::http::{self, Patience};
use crate::running::StartError;
use crate::settings::Settings;

/// A worker that takes jobs, and tells about itself where it is asked to.
pub(crate) struct Working {
    database: Database,
    stopping: CancellationToken,
    http: Option<(SocketAddr, JoinHandle<()>)>,
    background: Vec<JoinHandle<()>>,
    worker: Worker,
}

impl Working {
    /// Opens the database, and works. Health and metrics are told at `listen`, if there is one.
    pub(crate) async fn start(
        settings: Settings,
        listen: Option<SocketAddr>,
    ) -> Result<Self, StartError> {
        let data_directory = DataDirectory::open(&settings.data_dir)?;
        let keys = Arc::new(data_directory.keys(&settings)?);
        let listener = match listen {
            Some(address) => {
                let refused = |source| StartError::Listen { address, source };
                let listener = TcpListener::bind(address).await.map_err(refused)?;
                let address = listener.local_addr().map_err(refused)?;
                Some((address, listener))
            }
            None => None,
        };

        let database = Database::open(&settings).await?;
        let stopping = CancellationToken::new();
        let worker = compose_worker(&settings, &database, &data_directory, keys)?;
        let background = worker.spawn_background(&stopping);
        let http = listener.map(|(address, listener)| {
            let serving = http::serve(
                listener,
                worker.application(),
                Patience::STANDARD,
                stopping.clone(),
                CancellationToken::new(),
            );
            (address, tokio::spawn(serving))
        });
        Ok(Self {
            database,
            stopping,
            http,
            background,
            worker,
        })
    }

    /// Where it tells about itself.
    pub(crate) fn address(&self) -> Option<SocketAddr> {
        self.http.as_ref().map(|(address, _)| *address)
    }

    /// Stops: jobs end or are handed back, logs are written.
    pub(crate) async fn stop(self) {
        tracing::info!("stopping");
        self.stopping.cancel();
        for task in self
            .http
            .map(|(_, task)| task)
            .into_iter()
            .chain(self.background)
        {
            if let Err(error) = task.await {
                tracing::error!(error = %error, "a background task panicked");
            }
        }
        self.worker.flush().await;
        self.database.close().await;
        tracing::info!("stopped");
    }
}
