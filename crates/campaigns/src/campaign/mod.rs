//! Campaigns: who is written to, what, and when.

mod audience;
mod course;
mod entity;
mod premises;
mod recipient;
mod schedule;
mod status;

pub use audience::{
    AddressStatus, AudienceCounts, AudiencePreview, Candidate, Exclusion, LivingContact,
    RiskyAddresses, Standing, Stop, StopReason, StopSource, UnknownRiskyAddresses,
};
pub use entity::{
    Campaign, CampaignChange, CampaignCounts, CampaignFilter, CampaignPlan, CampaignState,
    CampaignTimes, CountedCampaign, NewCampaign,
};
pub use premises::{ListPremise, Premises};
pub use recipient::{
    Assignment, BounceKind, Bounced, Deed, Delivery, Engaged, Engagement, PlannedMail, Played,
    Recipient, RecipientFilter, RecipientStatus, Settled, Sorted, Trace, UnknownRecipientStatus,
};
pub use schedule::{Due, InvalidSendRate, PastSchedule, SendRate, UnknownPastSchedule};
pub use status::{
    CampaignAction, CampaignStatus, Readiness, Refusal, Requirement, UnknownCampaignStatus,
};
