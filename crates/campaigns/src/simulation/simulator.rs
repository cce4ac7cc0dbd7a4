//! What makes up what mails cause.

use kernel::{CampaignId, ContactId, FieldErrors, StorageError, Timestamp};
use serde_json::{Map, Value};

use super::{AskedSimulation, SimulationPlan, SimulationSeed};
use crate::{BounceKind, Event, FieldKey, FormDefinition, PlannedMail, SendRate};

/// Makes up what the mails of campaigns cause. It calculates and nothing else: the same input gives the same output.
pub trait Simulator: Send + Sync {
    /// What is to be played where this is asked for now, or everything that is wrong with it, by pointers into it. Nothing
    /// of what is played all at once MUST lie in the future.
    fn plan(
        &self,
        asked: &AskedSimulation,
        seed: SimulationSeed,
        mailing: &Mailing,
        now: Timestamp,
    ) -> Result<SimulationPlan, FieldErrors>;

    /// What is played with the mails of a campaign; fails with [`StorageError::Corrupt`] where the plan is none that
    /// [`Simulator::plan`] makes or made once.
    fn scenario(
        &self,
        plan: &SimulationPlan,
        mail: SimulatedMail,
    ) -> Result<Box<dyn Scenario>, StorageError>;
}

/// How many mails go out how fast.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mailing {
    /// How many.
    pub mails: u64,
    /// How fast, as the campaign has it.
    pub send_rate: Option<SendRate>,
}

/// The mail of a campaign, as far as it matters to what it causes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SimulatedMail {
    /// Of which campaign.
    pub campaign: CampaignId,
    /// How fast they go out, as the campaign has it.
    pub send_rate: Option<SendRate>,
    /// The links that can be followed in it, in their order.
    pub links: Vec<LinkOfMail>,
}

/// A link of a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkOfMail {
    /// Where it leads, without what tells one reader from another.
    pub target: String,
    /// Whether that is the campaign's landing page.
    pub is_landing_page: bool,
}

/// What is played with the mails of one campaign.
pub trait Scenario: Send + Sync {
    /// When the mail goes out before which so many others do.
    fn send_time(&self, earlier: u64) -> Timestamp;

    /// Everything that a mail causes, the earliest first, which is that it goes out. It MUST depend on nothing but the
    /// plan, the campaign and the mail.
    fn journey(&self, mail: &PlannedMail) -> Vec<SimulatedEvent>;

    /// Whether anybody answers forms.
    fn answers_forms(&self) -> bool;

    /// What somebody answers to a form, of whom this is known; `None` where there is a question that nobody can make an
    /// answer to. Whether they are accepted is for the form to say.
    fn answers(
        &self,
        contact: ContactId,
        form: &FormDefinition,
        known: &[(FieldKey, String)],
    ) -> Option<Map<String, Value>>;
}

/// Something that is made up.
#[derive(Clone, Debug, PartialEq)]
pub struct SimulatedEvent {
    /// What happens.
    pub event: Event,
    /// How the mail comes back, where that is what happens.
    pub bounce: Option<BounceKind>,
}
