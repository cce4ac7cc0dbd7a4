//! What happened to mails, and what people agreed to.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use async_trait::async_trait;
use campaigns::ports::{ConsentLog, EventLog};
use campaigns::{Click, ClickWindow, ConsentRecord, Event, EventType};
use kernel::{ContactId, EventId, StorageError, Timestamp};

use crate::unit::MemoryUnit;

#[async_trait]
impl EventLog for MemoryUnit {
    async fn record(&self, events: &[Event], _at: Timestamp) -> Result<Vec<EventId>, StorageError> {
        Ok(self.write(|tenant| {
            let mut recorded = Vec::new();
            for event in events {
                if let Entry::Vacant(place) = tenant.events.entry((event.id(), event.at())) {
                    place.insert(event.clone());
                    recorded.push(event.id());
                }
            }
            recorded
        }))
    }

    async fn clicks(
        &self,
        windows: &[ClickWindow],
        contacts: &[ContactId],
    ) -> Result<Vec<Click>, StorageError> {
        Ok(self.read(|tenant| {
            let clicks = tenant.events.values().filter_map(|event| {
                let contact = event.contact.filter(|it| contacts.contains(it))?;
                let is_within = windows.iter().any(|window| {
                    window.campaign == event.campaign
                        && (window.since..=window.until).contains(&event.at())
                });
                let is_wanted = event.event_type == EventType::Click && is_within;
                let target = event.data.as_ref().and_then(|data| data["target"].as_str());
                is_wanted.then(|| Click {
                    campaign: event.campaign,
                    contact,
                    at: event.at(),
                    target: target.map(str::to_owned),
                })
            });
            clicks.collect()
        }))
    }
}

#[async_trait]
impl ConsentLog for MemoryUnit {
    async fn append(&self, records: &[ConsentRecord]) -> Result<(), StorageError> {
        self.write(|tenant| tenant.consents.extend_from_slice(records));
        Ok(())
    }

    async fn current(&self, contacts: &[ContactId]) -> Result<Vec<ConsentRecord>, StorageError> {
        Ok(self.read(|tenant| {
            let is_theirs = |record: &&ConsentRecord| {
                let contact = record.subject.contact();
                contact.is_some_and(|contact| contacts.contains(&contact))
            };
            let mut records: Vec<_> = tenant.consents.iter().filter(is_theirs).collect();
            records.sort_by_key(|record| (record.at, record.id));
            let latest = records.into_iter().map(|record| {
                let of = (record.subject.contact(), record.consent_type.as_str());
                (of, record.clone())
            });
            latest.collect::<BTreeMap<_, _>>().into_values().collect()
        }))
    }
}
