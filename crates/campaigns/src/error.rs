//! What can go wrong with campaigns.

use kernel::{
    Classify, ErrorKind, Expected, FieldError, FieldErrors, IdempotencyError, LeadId, LeadViewId,
    StorageError,
};

use crate::IllegalTransition;

use crate::{CampaignAction, CampaignStatus, Refusal};

/// Why a use case of campaigns was refused or failed.
#[derive(Debug, thiserror::Error)]
pub enum CampaignError {
    /// What was named does not exist here.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// It was changed since it was read.
    #[error("it was changed since it was read")]
    Stale,
    /// The input breaks rules.
    #[error(transparent)]
    Invalid(#[from] FieldErrors),
    /// It is not deleted, so it cannot be restored.
    #[error("it is not deleted")]
    NotDeleted,
    /// Another campaign of the installation has the address of the landing page.
    #[error("another landing page has this address")]
    SlugTaken,
    /// It has begun, and its lists, contents and pace stay what they are.
    #[error("the campaign has begun, and only its name and description can be changed")]
    Begun,
    /// Its status does not allow that.
    #[error("a campaign that is {0} cannot be {done}", done = .1.done())]
    WrongStatus(CampaignStatus, CampaignAction),
    /// It lacks what it needs to begin.
    #[error("the campaign is not ready")]
    NotReady(FieldErrors),
    /// It is active or paused, and cannot be deleted.
    #[error("the campaign is under way; complete it first")]
    UnderWay,
    /// It is simulated, which goes its own way.
    #[error("the campaign is simulated; to end it, cancel the job of its simulation")]
    Simulated,
    /// The simulation is still played.
    #[error("the simulation is still played; cancel its job first")]
    SimulationUnderWay,
    /// The person has a living lead in the campaign.
    #[error("the person has a lead already")]
    LeadExists(LeadId),
    /// The view's owner has another living view of this name, which is told where it is no secret.
    #[error("whoever saved the view has another one of this name")]
    ViewNameTaken(Option<LeadViewId>),
    /// The pipeline has no such step.
    #[error(transparent)]
    IllegalTransition(#[from] IllegalTransition),
    /// The place behind which a page was to begin is one of another order.
    #[error("the cursor belongs to another order")]
    InvalidCursor,
    /// It was done too often.
    #[error("it was done too often; wait a while")]
    Limited {
        /// Seconds until it may be done again.
        retry_after: u64,
    },
    /// The request was sent before.
    #[error(transparent)]
    Idempotency(#[from] IdempotencyError),
    /// A line of a download could not be written.
    #[error("a line of the download could not be written")]
    Csv(#[source] std::io::Error),
    /// The storage failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl CampaignError {
    /// The codes of this enum's own variants, with the constant title of each.
    pub const CODES: &'static [(&'static str, &'static str)] = &[
        ("not-found", "Not found"),
        ("stale", "Changed since it was read"),
        ("invalid", "The input is invalid"),
        ("not-deleted", "Not deleted"),
        (
            "landing-page-slug-taken",
            "The landing page's address is taken",
        ),
        ("campaign-begun", "The campaign has begun"),
        ("campaign-wrong-status", "The campaign's status forbids it"),
        ("campaign-not-ready", "The campaign is not ready"),
        ("campaign-under-way", "The campaign is under way"),
        ("campaign-simulated", "The campaign is simulated"),
        ("simulation-under-way", "The simulation is under way"),
        ("lead-exists", "The person has a lead already"),
        ("invalid-cursor", "Invalid cursor"),
        ("lead-view-name-taken", "The view's name is taken"),
        ("illegal-transition", "The pipeline has no such step"),
        ("rate-limited", "Too many tries"),
    ];
}

impl CampaignError {
    /// Somebody else was faster with the same thing: another try finds what they left.
    pub(crate) fn contended(self) -> Self {
        match self {
            Self::Stale | Self::LeadExists(_) => StorageError::Contended(None).into(),
            other => other,
        }
    }

    /// The same of somebody who believed in no version; whoever did has to look at the one that is there now.
    pub(crate) fn contended_unless(self, expected: &Expected) -> Self {
        match expected {
            Expected::Any => self.contended(),
            Expected::OneOf(_) => self,
        }
    }
}

impl Classify for CampaignError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::NotFound(_) => ErrorKind::NotFound,
            Self::Stale => ErrorKind::Stale,
            Self::Invalid(_) | Self::NotReady(_) | Self::InvalidCursor => ErrorKind::Invalid,
            Self::NotDeleted
            | Self::SlugTaken
            | Self::Begun
            | Self::UnderWay
            | Self::Simulated
            | Self::SimulationUnderWay
            | Self::WrongStatus(..)
            | Self::LeadExists(_)
            | Self::ViewNameTaken(_)
            | Self::IllegalTransition(_) => ErrorKind::Conflict,
            Self::Limited { .. } => ErrorKind::Limited,
            Self::Csv(_) => ErrorKind::Internal,
            Self::Idempotency(error) => error.kind(),
            Self::Storage(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::NotFound(_) => "not-found",
            Self::Stale => "stale",
            Self::Invalid(_) => "invalid",
            Self::NotDeleted => "not-deleted",
            Self::SlugTaken => "landing-page-slug-taken",
            Self::Begun => "campaign-begun",
            Self::UnderWay => "campaign-under-way",
            Self::Simulated => "campaign-simulated",
            Self::SimulationUnderWay => "simulation-under-way",
            Self::WrongStatus(..) => "campaign-wrong-status",
            Self::NotReady(_) => "campaign-not-ready",
            Self::LeadExists(_) => "lead-exists",
            Self::ViewNameTaken(_) => "lead-view-name-taken",
            Self::IllegalTransition(_) => "illegal-transition",
            Self::InvalidCursor => "invalid-cursor",
            Self::Limited { .. } => "rate-limited",
            Self::Csv(_) => "internal",
            Self::Idempotency(error) => error.code(),
            Self::Storage(error) => error.code(),
        }
    }

    fn fields(&self) -> &[FieldError] {
        match self {
            Self::Invalid(errors) | Self::NotReady(errors) => errors.as_slice(),
            _ => &[],
        }
    }

    fn about(&self) -> Option<uuid::Uuid> {
        match self {
            Self::LeadExists(lead) => Some(lead.as_uuid()),
            Self::ViewNameTaken(view) => view.map(LeadViewId::as_uuid),
            _ => None,
        }
    }

    fn retry_after(&self) -> Option<u64> {
        match self {
            Self::Limited { retry_after } => Some(*retry_after),
            Self::Idempotency(error) => error.retry_after(),
            Self::Storage(error) => error.retry_after(),
            _ => None,
        }
    }
}

impl From<Refusal> for CampaignError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Status { status, action } => Self::WrongStatus(status, action),
            Refusal::NotReady(_) => Self::NotReady(refusal.fields()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whoever_expected_a_version_is_told_that_there_is_another_one() {
        let told = |expected: &Expected| CampaignError::Stale.contended_unless(expected).code();
        assert_eq!(told(&Expected::OneOf(Vec::new())), "stale");
        assert_eq!(told(&Expected::Any), "contended");
        let other = CampaignError::NotDeleted.contended_unless(&Expected::Any);
        assert_eq!(other.code(), "not-deleted");
    }
}
