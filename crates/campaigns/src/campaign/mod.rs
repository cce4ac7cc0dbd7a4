//! Campaigns: who is written to, what, and when.

mod audience;
mod schedule;
mod status;

pub use audience::{
    AddressStatus, AudienceCounts, AudiencePreview, Candidate, Exclusion, RiskyAddresses, Standing,
    StopReason, UnknownRiskyAddresses,
};
pub use schedule::{Due, InvalidSendRate, PastSchedule, SendRate, UnknownPastSchedule};
pub use status::{
    CampaignAction, CampaignStatus, Readiness, Refusal, Requirement, UnknownCampaignStatus,
};
