//! What happened to mails, and what people agreed to.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use async_trait::async_trait;
use campaigns::ports::{ConsentLog, EventLog};
use campaigns::{ConsentRecord, Event};
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
}

#[async_trait]
impl ConsentLog for MemoryUnit {
    async fn append(&self, record: &ConsentRecord) -> Result<(), StorageError> {
        self.write(|tenant| tenant.consents.push(record.clone()));
        Ok(())
    }

    async fn current(&self, contact: ContactId) -> Result<Vec<ConsentRecord>, StorageError> {
        Ok(self.read(|tenant| {
            let mut records = tenant.consents.clone();
            records.retain(|record| record.subject.contact() == Some(contact));
            records.sort_by_key(|record| (record.at, record.id));
            let latest = records
                .into_iter()
                .map(|record| (record.consent_type.as_str(), record));
            latest.collect::<BTreeMap<_, _>>().into_values().collect()
        }))
    }
}
