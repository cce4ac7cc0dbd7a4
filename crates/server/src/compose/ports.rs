//! Ports that several parts of the program stand on.

use std::num::NonZeroUsize;
use std::sync::Arc;

use contacts::{ImportPorts, Judge};
use infrastructure::{
    Argon2Cost, Argon2Hasher, FileMailer, MailSender, MasterKeys, SystemClock, SystemIds,
};
use kernel::{Clock, Mailer};
use tenancy::AccountPorts;

use crate::data_directory::DataDirectory;
use crate::database::Database;
use crate::running::StartError;
use crate::settings::Settings;

/// Mails as files, beside the data.
pub(super) fn mailer(
    settings: &Settings,
    data_directory: &DataDirectory,
    clock: &Arc<dyn Clock>,
) -> Arc<dyn Mailer> {
    let sender = MailSender {
        name: None,
        address: settings.mail_from.clone(),
    };
    Arc::new(FileMailer::new(
        data_directory.mail(),
        sender,
        Arc::clone(clock),
    ))
}

/// The ports of imports.
pub(super) fn imports(database: &Database, judge: &Judge) -> ImportPorts {
    ImportPorts {
        store: Arc::new(database.postgres.clone()),
        clock: Arc::new(SystemClock),
        ids: Arc::new(SystemIds::default()),
        judge: judge.clone(),
    }
}

/// The ports of the use cases on accounts.
pub(crate) fn accounts(database: &Database, keys: MasterKeys) -> Result<AccountPorts, StartError> {
    let postgres = Arc::new(database.postgres.clone());
    let cores = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    let hasher = Argon2Hasher::new(Argon2Cost::STANDARD, cores)
        .map_err(|error| StartError::Compose(error.to_string()))?;
    Ok(AccountPorts {
        store: postgres.clone(),
        clock: Arc::new(SystemClock),
        ids: Arc::new(SystemIds::default()),
        keys: Arc::new(keys),
        hasher: Arc::new(hasher),
        limiter: postgres,
    })
}
