//! What it brings about that people do not want to be mailed any more.

use std::collections::BTreeSet;

use kernel::{CampaignId, ContactId, StorageError, SuppressionId, TenantScope, Timestamp};

use crate::ports::CampaignUnit;
use crate::stopping::stop_writing;
use crate::workbench::Workbench;
use crate::{
    ConsentRecord, ConsentSource, ConsentSubject, ConsentType, EventClient, Stop, StopReason,
    StopSource,
};

/// A recipient of a campaign who does not want to be mailed any more.
pub(crate) struct Leaver {
    /// Whose mail they left by.
    pub(crate) campaign: CampaignId,
    /// Who leaves.
    pub(crate) contact: ContactId,
    /// The client that it came from.
    pub(crate) client: EventClient,
}

/// That recipients leave, within a unit of work that has them in hand.
pub(crate) struct Departure<'a> {
    pub(crate) bench: &'a Workbench,
    pub(crate) unit: &'a dyn CampaignUnit,
    pub(crate) scope: &'a TenantScope,
    /// How it became known.
    pub(crate) source: ConsentSource,
    /// What the people read.
    pub(crate) text: &'a str,
    pub(crate) at: Timestamp,
}

impl Departure<'_> {
    /// Takes people off: their addresses are suppressed, they stand as unsubscribed, and consent to being mailed is taken
    /// back; audit entries tell of it. Who leaves by several mails does so by the first, but stands as unsubscribed in the
    /// campaigns of all. Whether anything was different before.
    pub(crate) async fn depart(&self, leavers: &[Leaver]) -> Result<bool, StorageError> {
        let mut seen = BTreeSet::new();
        let people = leavers.iter().filter(|it| seen.insert(it.contact));
        let people: Vec<_> = people.collect();
        let stopped = self.stop(&people).await?;
        let recipients = leavers.iter().map(|it| (it.campaign, it.contact));
        let recipients: Vec<_> = recipients.collect();
        let left = self.unit.assignments().leave(&recipients, self.at).await?;
        let withdrawn = self.withdraw(&people).await?;
        Ok(stopped || !left.is_empty() || withdrawn)
    }

    /// Suppresses the addresses; whether one of them was not before, for this reason.
    async fn stop(&self, people: &[&Leaver]) -> Result<bool, StorageError> {
        let stop = |leaver: &&Leaver| Stop {
            id: self.bench.id(SuppressionId::from_uuid),
            contact: leaver.contact,
            reason: StopReason::Unsubscribed,
            source: StopSource::Link(leaver.campaign),
        };
        let stops: Vec<_> = people.iter().map(stop).collect();
        let made = stop_writing(self.bench, self.unit, self.scope, &stops, self.at).await?;
        Ok(made > 0)
    }

    /// Takes consent to being mailed back; whether somebody had not before.
    async fn withdraw(&self, people: &[&Leaver]) -> Result<bool, StorageError> {
        let contacts: Vec<_> = people.iter().map(|it| it.contact).collect();
        let current = self.unit.consents().current(&contacts).await?;
        let withdrawn: BTreeSet<_> = current
            .iter()
            .filter(|it| it.consent_type == ConsentType::Marketing && !it.granted)
            .filter_map(|it| it.subject.contact())
            .collect();
        let others = people.iter().filter(|it| !withdrawn.contains(&it.contact));
        let records: Vec<_> = others.map(|leaver| self.withdrawal(leaver)).collect();
        if records.is_empty() {
            return Ok(false);
        }
        self.unit.consents().append(&records).await?;
        Ok(true)
    }

    fn withdrawal(&self, leaver: &Leaver) -> ConsentRecord {
        ConsentRecord {
            id: self.bench.id(std::convert::identity),
            at: self.at,
            subject: ConsentSubject::Contact(leaver.contact),
            consent_type: ConsentType::Marketing,
            granted: false,
            text: self.text.to_owned(),
            text_version: None,
            source: self.source,
            campaign: Some(leaver.campaign),
            client: leaver.client.clone(),
        }
    }
}
