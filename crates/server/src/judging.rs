//! How addresses are judged here.

use std::sync::Arc;

use contacts::{DisposableList, DisposableSource, DomainLookup, Judge, NoLookup};
use infrastructure::{DisposableFile, DnsSettings, DomainNames, MasterKeys, SystemClock};

use crate::database::Database;
use crate::running::StartError;
use crate::settings::{Dns, Settings};

/// The judge, and the file that their list of disposable domains comes from.
pub(crate) struct Judging {
    pub(crate) judge: Judge,
    pub(crate) disposable: Option<Arc<DisposableFile>>,
}

impl Judging {
    /// What the settings say.
    pub(crate) fn of(
        settings: &Settings,
        database: &Database,
        keys: Arc<MasterKeys>,
    ) -> Result<Self, StartError> {
        let disposable = match &settings.disposable_domains {
            Some(path) => {
                let file = DisposableFile::open(path.clone())
                    .map_err(|error| StartError::Compose(error.to_string()))?;
                Some(Arc::new(file))
            }
            None => None,
        };
        let list: Arc<dyn DisposableSource> = match &disposable {
            Some(file) => Arc::clone(file) as _,
            None => Arc::new(DisposableList::default()),
        };
        Ok(Self {
            judge: Judge::new(keys, domains(settings.dns, database)?, list),
            disposable,
        })
    }
}

/// Whoever is asked about domains.
fn domains(dns: Dns, database: &Database) -> Result<Arc<dyn DomainLookup>, StartError> {
    let resolver = match dns {
        Dns::Off => return Ok(Arc::new(NoLookup)),
        Dns::On(resolver) => resolver,
        Dns::OnIfPossible => None,
    };
    let settings = DnsSettings {
        resolver,
        ..DnsSettings::default()
    };
    match DomainNames::new(database.postgres.clone(), Arc::new(SystemClock), &settings) {
        Ok(names) => Ok(Arc::new(names)),
        Err(error) if dns == Dns::OnIfPossible => {
            tracing::warn!(error = %error, "no name servers are asked; name one with --dns-resolver");
            Ok(Arc::new(NoLookup))
        }
        Err(error) => Err(StartError::Compose(format!(
            "{error}; name one with --dns-resolver"
        ))),
    }
}
