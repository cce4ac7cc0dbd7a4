//! Use cases: trying a campaign's mail out in mailboxes of one's own.

use std::sync::Arc;

use async_trait::async_trait;
use kernel::{
    AuditAction, CampaignId, Changes, Checked, Clock, ContactId, Done, EmailAddress, FieldErrors,
    FieldFault, IdGenerator, KeyPurpose, KeyRing, MailMessage, Mailer, Once, Quota, RateLimiter,
    StorageError, StoredAnswer, TenantScope, begin_once,
};
use time::Duration;

use crate::campaigns::{find_living, noted};
use crate::ports::CampaignStore;
use crate::recipient_mails::{Reader, find_addressee};
use crate::workbench::Workbench;
use crate::{CampaignError, OutgoingMail, RecipientMails};

/// Whom a mail is tried out on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestSend {
    /// The mailboxes that get it.
    pub addresses: Vec<EmailAddress>,
    /// The contact in whose place they read it; without one, sample values stand in the mail.
    pub like: Option<ContactId>,
}

/// Which addresses the organization must not mail, be they somebody's or nobody's.
#[async_trait]
pub trait StopList: Send + Sync {
    /// Of each of these addresses whether it is suppressed, in their order.
    async fn stopped(
        &self,
        scope: &TenantScope,
        addresses: &[EmailAddress],
    ) -> Result<Vec<bool>, StorageError>;
}

/// What test mails go through.
#[derive(Clone)]
pub struct TestMailPorts {
    /// Takes the mails.
    pub mailer: Arc<dyn Mailer>,
    /// Knows who must not be mailed.
    pub stop_list: Arc<dyn StopList>,
    /// Counts them.
    pub limiter: Arc<dyn RateLimiter>,
    /// Makes the key that they are counted under.
    pub keys: Arc<dyn KeyRing>,
}

/// Use cases on mails that try out what a campaign says. Whoever holds the scope was allowed to.
#[derive(Clone)]
pub struct TestMails {
    bench: Workbench,
    mails: RecipientMails,
    ports: TestMailPorts,
}

impl TestSend {
    /// How many mailboxes one call can name.
    pub const MOST_ADDRESSES: usize = 10;
}

impl TestMails {
    /// How often an organization may try mails out: many times in a row while somebody writes one, and no more than people
    /// need.
    const QUOTA: Quota = Quota {
        burst: 50,
        interval: Duration::seconds(30),
    };

    /// Use cases on what is in `store`; `mails` makes the mails.
    #[must_use]
    pub fn new(
        store: Arc<dyn CampaignStore>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdGenerator>,
        mails: RecipientMails,
        ports: TestMailPorts,
    ) -> Self {
        Self {
            bench: Workbench::new(store, clock, ids),
            mails,
            ports,
        }
    }

    /// Mails what a campaign says to some mailboxes, at once; tells to how many. Nothing that is done with its links is
    /// recorded. Where one of the addresses must not be mailed, none is. The audit log has an entry, which names no mailbox,
    /// from before the first mail goes out on. Where one of the mails did not go out, whoever repeats the request has all of
    /// them sent. A request that was broken off in between is in progress to whoever repeats it, until its key lapses:
    /// nobody knows which of the mails went out.
    pub async fn send(
        &self,
        scope: &TenantScope,
        campaign: CampaignId,
        test: Checked<TestSend>,
        once: &Once<'_, usize>,
    ) -> Result<Done<usize>, CampaignError> {
        if let Some(answer) = self.known(scope, once).await? {
            return Ok(Done::Replayed(answer));
        }
        let mut stopped = Vec::new();
        if let Ok(test) = &test {
            self.count(scope).await?;
            stopped = self.ports.stop_list.stopped(scope, &test.addresses).await?;
        }
        let at = self.bench.now();
        let unit = self.bench.begin(scope).await?;
        if let Some(answer) = begin_once(unit.idempotency(), once, at).await? {
            return Ok(Done::Replayed(answer));
        }
        let campaign = find_living(unit.as_ref(), campaign).await?;
        let test = test?;
        let like = match test.like {
            Some(contact) => Some(find_addressee(unit.as_ref(), contact).await?),
            None => None,
        };
        let reader = Reader::Tester(like);
        let mail = self
            .mails
            .compose(unit.as_ref(), scope, &campaign, &reader)
            .await?;
        refuse_stopped(&stopped)?;
        // Nothing of the campaign changes, and something of it leaves the program.
        let draft = noted(&campaign, AuditAction::Export, Changes::none());
        self.bench
            .note(unit.as_ref(), scope, at, vec![draft])
            .await?;
        // The key stays reserved, without an answer: that is told once the last mail went out.
        unit.commit().await?;
        for to in &test.addresses {
            if let Err(error) = self.hand_over(to, &mail).await {
                self.take_back(scope, once).await?;
                return Err(error.into());
            }
        }
        let sent = test.addresses.len();
        self.answer(scope, once, sent).await?;
        Ok(Done::Fresh(sent))
    }

    /// The answer of an earlier time, which counts as no try. Where there is none, the reservation of the key ends with the
    /// unit.
    async fn known(
        &self,
        scope: &TenantScope,
        once: &Once<'_, usize>,
    ) -> Result<Option<StoredAnswer>, CampaignError> {
        if once.request.is_none() {
            return Ok(None);
        }
        let at = self.bench.now();
        let unit = self.bench.begin(scope).await?;
        let known = begin_once(unit.idempotency(), once, at).await?;
        if known.is_some() {
            unit.commit().await?;
        }
        Ok(known)
    }

    /// Has whoever repeats the request get its answer.
    async fn answer(
        &self,
        scope: &TenantScope,
        once: &Once<'_, usize>,
        sent: usize,
    ) -> Result<(), StorageError> {
        if once.request.is_some() {
            let unit = self.bench.begin(scope).await?;
            once.record(unit.idempotency(), &sent).await?;
            unit.commit().await?;
        }
        Ok(())
    }

    /// What was asked for did not go out.
    async fn take_back(
        &self,
        scope: &TenantScope,
        once: &Once<'_, usize>,
    ) -> Result<(), StorageError> {
        if let Some(request) = &once.request {
            let unit = self.bench.begin(scope).await?;
            unit.idempotency().forget(request).await?;
            unit.commit().await?;
        }
        Ok(())
    }

    async fn hand_over(&self, to: &EmailAddress, mail: &OutgoingMail) -> Result<(), StorageError> {
        let (subject, text) = (mail.subject.clone(), mail.text.clone());
        let id = self.bench.id(std::convert::identity);
        let message = MailMessage {
            html: Some(mail.html.clone()),
            headers: mail.headers.clone(),
            ..MailMessage::plain(id, to.clone(), subject, text)
        };
        let sending = self.ports.mailer.send(&message).await;
        sending.map_err(|error| StorageError::Unavailable(Some(Box::new(error))))
    }

    async fn count(&self, scope: &TenantScope) -> Result<(), CampaignError> {
        let name = format!("test-mails:{}", scope.organization());
        let key = self
            .ports
            .keys
            .mac(KeyPurpose::RateLimit, name.as_bytes())
            .tag;
        let now = self.bench.now();
        let decision = self.ports.limiter.take(key, Self::QUOTA, now).await?;
        match decision.retry_after() {
            None => Ok(()),
            Some(retry_after) => Err(CampaignError::Limited { retry_after }),
        }
    }
}

fn refuse_stopped(stopped: &[bool]) -> Result<(), FieldErrors> {
    let mut errors = FieldErrors::default();
    let places = stopped.iter().enumerate().filter(|(_, stopped)| **stopped);
    for (place, _) in places {
        let fault = FieldFault::new("suppressed", "the address must not be mailed");
        errors.push(format!("#/addresses/{place}"), fault);
    }
    if errors.is_empty() {
        Ok(())
    } else {
        Err(errors)
    }
}
