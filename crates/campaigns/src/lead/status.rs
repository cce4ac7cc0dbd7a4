//! How far a lead has come.

use std::str::FromStr;

use kernel::{Description, LeadStatusChangeId, StorageError, Timestamp, UserId};

/// The stages of the pipeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LeadStatus {
    /// Nobody has looked at it.
    New,
    /// It is worth the work.
    Qualified,
    /// It is not worth the work.
    Disqualified,
    /// Somebody talks with the person.
    Contacted,
    /// The person became a customer.
    Converted,
}

/// A lead cannot go from one stage to the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a lead that is {} cannot become {}; it can become {}", from.as_str(), to.as_str(), named(from.next()))]
pub struct IllegalTransition {
    /// Where it is.
    pub from: LeadStatus,
    /// Where it should go.
    pub to: LeadStatus,
}

/// How many leads a stage of the pipeline has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LeadStage {
    /// The stage.
    pub status: LeadStatus,
    /// How many living leads are there now.
    pub now: u64,
    /// How many living leads have been there, now or before.
    pub reached: u64,
}

/// A step of a lead through the pipeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusChange {
    /// Its id.
    pub id: LeadStatusChangeId,
    /// Where the lead was; `None` when it came in.
    pub from: Option<LeadStatus>,
    /// Where it is since.
    pub to: LeadStatus,
    /// Why.
    pub reason: Description,
    /// When.
    pub at: Timestamp,
    /// Who moved it; nobody where it was not a person.
    pub by: Option<UserId>,
}

impl LeadStatus {
    /// Every status, in the order of the pipeline.
    pub const ALL: &'static [Self] = &[
        Self::New,
        Self::Qualified,
        Self::Disqualified,
        Self::Contacted,
        Self::Converted,
    ];

    /// The status as it is stored and sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Qualified => "qualified",
            Self::Disqualified => "disqualified",
            Self::Contacted => "contacted",
            Self::Converted => "converted",
        }
    }

    /// Where a lead can go from here. What is disqualified can be taken up again as new, and a customer stays one.
    #[must_use]
    pub const fn next(self) -> &'static [Self] {
        match self {
            Self::New => &[Self::Qualified, Self::Disqualified, Self::Contacted],
            Self::Qualified => &[Self::Disqualified, Self::Contacted, Self::Converted],
            Self::Contacted => &[Self::Qualified, Self::Disqualified, Self::Converted],
            Self::Disqualified => &[Self::New],
            Self::Converted => &[],
        }
    }

    /// Refuses a step that the pipeline does not have.
    pub fn step_to(self, to: Self) -> Result<(), IllegalTransition> {
        if self.next().contains(&to) {
            Ok(())
        } else {
            Err(IllegalTransition { from: self, to })
        }
    }
}

fn named(statuses: &[LeadStatus]) -> String {
    match statuses {
        [] => "nothing else".to_owned(),
        some => {
            let words: Vec<_> = some.iter().map(|status| status.as_str()).collect();
            words.join(", ")
        }
    }
}

impl FromStr for LeadStatus {
    type Err = StorageError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.iter().find(|it| it.as_str() == text);
        found
            .copied()
            .ok_or_else(|| StorageError::Corrupt("unknown status of a lead".to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::LeadStatus::{Contacted, Converted, Disqualified, New, Qualified};
    use super::*;

    #[test]
    fn every_step_is_legal_or_refused_with_what_would_be_legal() {
        let legal = [
            (New, Qualified),
            (New, Disqualified),
            (New, Contacted),
            (Qualified, Disqualified),
            (Qualified, Contacted),
            (Qualified, Converted),
            (Contacted, Qualified),
            (Contacted, Disqualified),
            (Contacted, Converted),
            (Disqualified, New),
        ];
        for from in LeadStatus::ALL {
            for to in LeadStatus::ALL {
                let step = from.step_to(*to);
                assert_eq!(
                    step.is_ok(),
                    legal.contains(&(*from, *to)),
                    "{from:?} to {to:?}"
                );
            }
        }
        assert_eq!(
            Disqualified.step_to(Converted).unwrap_err().to_string(),
            "a lead that is disqualified cannot become converted; it can become new"
        );
        assert_eq!(
            Converted.step_to(New).unwrap_err().to_string(),
            "a lead that is converted cannot become new; it can become nothing else"
        );
    }
}
