//! Addresses that must not be mailed.

use kernel::{Changes, OrganizationId, SuppressionId, Timestamp, UserId};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::AddressHash;
use crate::source::words;

words! {
    /// Why an address must not be mailed.
    SuppressionReason {
        /// The person does not want mail.
        Unsubscribed = "unsubscribed",
        /// Mail to it came back.
        Bounced = "bounced",
        /// The person complained of mail.
        Complained = "complained",
        /// Somebody of the organization decided so.
        Manual = "manual",
        /// The person was erased, and must not come back.
        Erased = "erased",
    }
}

words! {
    /// Where a suppression came from.
    SuppressionSource {
        /// A person, one by one.
        Manual = "manual",
        /// A program, over the API.
        Api = "api",
        /// A column of an imported file.
        Import = "import",
        /// The link to unsubscribe in a mail.
        Link = "link",
        /// Mail of a campaign that came back.
        Campaign = "campaign",
        /// A simulated campaign.
        Simulation = "simulation",
        /// An erasure.
        Erasure = "erasure",
    }
}

/// All that a suppression is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SuppressionState {
    /// Its id.
    pub id: SuppressionId,
    /// The organization that must not mail.
    pub organization: OrganizationId,
    /// The address, as a keyed hash.
    pub address: AddressHash,
    /// Why.
    pub reason: SuppressionReason,
    /// Where it came from.
    pub source: SuppressionSource,
    /// The import, campaign or simulation that it came from.
    pub source_id: Option<Uuid>,
    /// Since when.
    pub created_at: Timestamp,
    /// Who brought it about; `None` for the program itself.
    pub created_by: Option<UserId>,
}

/// That an address must not be mailed, for one reason, from one source. It never changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suppression(SuppressionState);

impl Suppression {
    /// A suppression, new or as it was stored.
    #[must_use]
    pub const fn new(state: SuppressionState) -> Self {
        Self(state)
    }

    /// All that it is.
    #[must_use]
    pub const fn state(&self) -> &SuppressionState {
        &self.0
    }

    /// Its id.
    #[must_use]
    pub const fn id(&self) -> SuppressionId {
        self.0.id
    }

    /// The fields as the audit log tells of their beginning, or of their end where `lifted`; the hash of the
    /// address is told to nobody.
    #[must_use]
    pub fn changes(&self, lifted: bool) -> Changes {
        let state = &self.0;
        let columns = [
            ("reason", json!(state.reason.as_str())),
            ("source", json!(state.source.as_str())),
            ("source_id", json!(state.source_id)),
        ];
        columns
            .into_iter()
            .fold(Changes::none(), |changes, (name, value)| {
                if lifted {
                    changes.field(name, value, Value::Null)
                } else {
                    changes.field(name, Value::Null, value)
                }
            })
    }
}
