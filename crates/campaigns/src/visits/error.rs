//! Why visitors do not get what they came for.

use kernel::StorageError;

use crate::{AnswerErrors, CampaignError};

/// Why a visitor does not get what they came for.
#[derive(Debug, thiserror::Error)]
pub enum VisitError {
    /// No landing page that is published has this address.
    #[error("there is no such landing page")]
    NoPage,
    /// The token in the link was not made here, was altered, or is one for something else.
    #[error("the link is not one of this page")]
    BadLink,
    /// Something is wrong with the answers.
    #[error("the answers break rules of the form")]
    Answers(AnswerErrors),
    /// Nothing works just now.
    #[error(transparent)]
    Failed(CampaignError),
}

impl From<StorageError> for VisitError {
    fn from(error: StorageError) -> Self {
        Self::Failed(error.into())
    }
}

impl From<CampaignError> for VisitError {
    fn from(error: CampaignError) -> Self {
        Self::Failed(error)
    }
}
