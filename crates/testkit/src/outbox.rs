//! A mailer without a post office.

use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use kernel::{MailMessage, Mailer, MailerError};
use tokio::sync::Notify;

/// A mailer that keeps what it is given, unless it is out of order or slow.
#[derive(Debug, Default)]
pub struct Outbox {
    sent: Mutex<Vec<MailMessage>>,
    out_of_order: Mutex<bool>,
    endless: Mutex<bool>,
    waiting: Notify,
}

impl Outbox {
    /// What was sent, the first message first.
    #[must_use]
    pub fn sent(&self) -> Vec<MailMessage> {
        lock(&self.sent).clone()
    }

    /// From now on it takes nothing, or takes everything again.
    pub fn is_out_of_order(&self, is_it: bool) {
        *lock(&self.out_of_order) = is_it;
    }

    /// From now on it takes nothing and never says so, or takes everything again.
    pub fn is_endless(&self, is_it: bool) {
        *lock(&self.endless) = is_it;
    }

    /// Returns when somebody waits for it while it is endless.
    pub async fn somebody_waits(&self) {
        self.waiting.notified().await;
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[async_trait]
impl Mailer for Outbox {
    async fn send(&self, message: &MailMessage) -> Result<(), MailerError> {
        if *lock(&self.out_of_order) {
            return Err(MailerError("the postman is ill".into()));
        }
        if *lock(&self.endless) {
            self.waiting.notify_one();
            std::future::pending::<()>().await;
        }
        lock(&self.sent).push(message.clone());
        Ok(())
    }
}
