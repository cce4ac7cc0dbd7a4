//! Where a campaign stands, and what can happen to it there.

use std::fmt;
use std::str::FromStr;

use kernel::{FieldErrors, FieldFault};

use crate::Unrenderable;

/// Where a campaign stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CampaignStatus {
    /// It is being prepared.
    Draft,
    /// It begins by itself at its time.
    Scheduled,
    /// Its mails go out.
    Active,
    /// Its mails wait.
    Paused,
    /// Nothing of it goes out any more.
    Completed,
}

/// What can be done with a campaign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CampaignAction {
    /// Have it begin at a later time.
    Schedule,
    /// Take that back.
    Unschedule,
    /// Begin now.
    Launch,
    /// Let its mails wait.
    Pause,
    /// Go on where it was paused.
    Resume,
    /// End it.
    Complete,
}

/// What a campaign needs before mails can go out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Requirement {
    /// A list of contacts.
    List,
    /// That each of its lists is there and validated.
    ValidatedLists,
    /// A version of a template, whose template is not deleted.
    Template,
    /// A version of a form, whose form is not deleted.
    Form,
    /// An address for its landing page.
    Slug,
    /// What stands above its landing page.
    LandingTitle,
    /// An address that its mails come from.
    Sender,
    /// Who is responsible for what it says.
    Imprint,
}

/// What is known of a campaign's requirements: those that it does not meet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Readiness {
    missing: Vec<Requirement>,
    unrenderable: Unrenderable,
}

/// Why something cannot be done with a campaign.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Its status does not allow it.
    #[error("a campaign that is {status} cannot be {}", .action.done())]
    Status {
        /// Where it stands.
        status: CampaignStatus,
        /// What was to be done.
        action: CampaignAction,
    },
    /// It lacks something.
    #[error("the campaign is not ready")]
    NotReady(Readiness),
}

/// The text names no status of campaigns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not one of draft, scheduled, active, paused, completed")]
pub struct UnknownCampaignStatus;

impl CampaignStatus {
    /// Every status, in the order in which a campaign goes through them.
    pub const ALL: [Self; 5] = [
        Self::Draft,
        Self::Scheduled,
        Self::Active,
        Self::Paused,
        Self::Completed,
    ];

    /// The status's name in storage and on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Scheduled => "scheduled",
            Self::Active => "active",
            Self::Paused => "paused",
            Self::Completed => "completed",
        }
    }

    /// The status after `action`, or everything that stands in its way.
    pub fn after(self, action: CampaignAction, readiness: &Readiness) -> Result<Self, Refusal> {
        use CampaignAction as Action;
        let next = match (self, action) {
            (Self::Draft | Self::Scheduled, Action::Schedule) => Self::Scheduled,
            (Self::Scheduled, Action::Unschedule) => Self::Draft,
            (Self::Draft | Self::Scheduled, Action::Launch) | (Self::Paused, Action::Resume) => {
                Self::Active
            }
            (Self::Active, Action::Pause) => Self::Paused,
            (Self::Active | Self::Paused, Action::Complete) => Self::Completed,
            (status, action) => return Err(Refusal::Status { status, action }),
        };
        if action.needs_all() && *readiness != Readiness::READY {
            return Err(Refusal::NotReady(readiness.clone()));
        }
        Ok(next)
    }

    /// Whether what it mails, to whom and when can still be changed.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Draft | Self::Scheduled)
    }

    /// Whether it has begun and has not ended.
    #[must_use]
    pub const fn is_under_way(self) -> bool {
        matches!(self, Self::Active | Self::Paused)
    }
}

impl fmt::Display for CampaignStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for CampaignStatus {
    type Err = UnknownCampaignStatus;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|status| status.as_str() == text)
            .ok_or(UnknownCampaignStatus)
    }
}

impl From<UnknownCampaignStatus> for FieldFault {
    fn from(error: UnknownCampaignStatus) -> Self {
        Self::new("unknown-value", error.to_string())
    }
}

impl CampaignAction {
    /// Every action.
    pub const ALL: [Self; 6] = [
        Self::Schedule,
        Self::Unschedule,
        Self::Launch,
        Self::Pause,
        Self::Resume,
        Self::Complete,
    ];

    pub(crate) const fn done(self) -> &'static str {
        match self {
            Self::Schedule => "scheduled",
            Self::Unschedule => "taken off the schedule",
            Self::Launch => "launched",
            Self::Pause => "paused",
            Self::Resume => "resumed",
            Self::Complete => "completed",
        }
    }

    /// Whether another job takes over from the one that carried the campaign out before.
    pub(crate) const fn begins_run(self) -> bool {
        matches!(self, Self::Launch | Self::Resume | Self::Complete)
    }

    /// Whether the campaign has to have all that it needs.
    const fn needs_all(self) -> bool {
        matches!(self, Self::Schedule | Self::Launch)
    }
}

impl Requirement {
    /// Every requirement.
    pub const ALL: [Self; 8] = [
        Self::List,
        Self::ValidatedLists,
        Self::Template,
        Self::Form,
        Self::Slug,
        Self::LandingTitle,
        Self::Sender,
        Self::Imprint,
    ];

    /// Its stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::List => "list-required",
            Self::ValidatedLists => "list-not-validated",
            Self::Template => "template-required",
            Self::Form => "form-required",
            Self::Slug => "slug-required",
            Self::LandingTitle => "landing-title-required",
            Self::Sender => "sender-required",
            Self::Imprint => "imprint-required",
        }
    }

    const fn sentence(self) -> &'static str {
        match self {
            Self::List => "the campaign has no list of contacts",
            Self::ValidatedLists => {
                "each list of the campaign has to be validated, and one is not or is deleted"
            }
            Self::Template => "the campaign has no version of a template, or it is deleted",
            Self::Form => "the campaign has no version of a form, or it is deleted",
            Self::Slug => "the campaign has no address for its landing page",
            Self::LandingTitle => "the campaign's landing page has no title",
            Self::Sender => "the organization's settings have no address that mails come from",
            Self::Imprint => "the organization's settings do not say who is responsible",
        }
    }

    /// Where the campaign, or its organization, has what is required.
    const fn pointer(self) -> &'static str {
        match self {
            Self::List | Self::ValidatedLists => "#/list_ids",
            Self::Template => "#/email_template_version_id",
            Self::Form => "#/form_version_id",
            Self::Slug => "#/landing_page_slug",
            Self::LandingTitle => "#/landing_title",
            Self::Sender => "#/organization/settings/sender_address",
            Self::Imprint => "#/organization/settings/imprint",
        }
    }
}

impl Readiness {
    /// The campaign has all that it needs.
    pub const READY: Self = Self {
        missing: Vec::new(),
        unrenderable: Unrenderable {
            missing: Vec::new(),
            unsafe_urls: Vec::new(),
        },
    };

    /// Notes that the campaign does not meet a requirement.
    pub fn lacks(&mut self, requirement: Requirement) {
        self.missing.push(requirement);
    }

    /// Notes the variables because of which none of its mails can be made.
    pub fn lacks_values(&mut self, unrenderable: Unrenderable) {
        self.unrenderable = unrenderable;
    }
}

impl Refusal {
    /// What is missing, as errors of the campaign's fields; none where the status forbids the action.
    #[must_use]
    pub fn fields(&self) -> FieldErrors {
        let mut errors = FieldErrors::default();
        if let Self::NotReady(readiness) = self {
            for requirement in &readiness.missing {
                let fault = FieldFault::new(requirement.code(), requirement.sentence());
                errors.push(requirement.pointer(), fault);
            }
            // The names are those of the template that is stored.
            for name in &readiness.unrenderable.missing {
                let detail =
                    format!("no mail has a value for the variable `{name}` of the template");
                let fault = FieldFault::new("variable-without-value", detail);
                errors.push(Requirement::Template.pointer(), fault);
            }
            for name in &readiness.unrenderable.unsafe_urls {
                let detail = format!(
                    "the variable `{name}` of the template stands for an address, and is none in any mail"
                );
                let fault = FieldFault::new("unsafe-url", detail);
                errors.push(Requirement::Template.pointer(), fault);
            }
        }
        errors
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use CampaignAction as Action;
    use CampaignStatus::{Active, Completed, Draft, Paused, Scheduled};

    /// Every pair of a status and an action; what is not in here is refused.
    const LEGAL: [(CampaignStatus, Action, CampaignStatus); 9] = [
        (Draft, Action::Schedule, Scheduled),
        (Draft, Action::Launch, Active),
        (Scheduled, Action::Schedule, Scheduled),
        (Scheduled, Action::Unschedule, Draft),
        (Scheduled, Action::Launch, Active),
        (Active, Action::Pause, Paused),
        (Active, Action::Complete, Completed),
        (Paused, Action::Resume, Active),
        (Paused, Action::Complete, Completed),
    ];

    #[test]
    fn every_action_leads_where_the_table_says_or_is_refused_with_a_sentence() {
        for status in CampaignStatus::ALL {
            for action in CampaignAction::ALL {
                let expected = LEGAL
                    .iter()
                    .find(|(from, by, _)| (*from, *by) == (status, action))
                    .map(|(.., to)| *to)
                    .ok_or(Refusal::Status { status, action });

                let told = status.after(action, &Readiness::READY);

                assert_eq!(told, expected, "{status} {action:?}");
                if let Err(refusal) = told {
                    let sentence = refusal.to_string();
                    assert!(
                        sentence.contains(status.as_str()) && sentence.contains(action.done()),
                        "{sentence}"
                    );
                    assert!(refusal.fields().is_empty());
                }
            }
        }
    }

    #[test]
    fn whoever_is_not_ready_is_told_all_that_is_missing_but_can_always_stop() {
        let mut readiness = Readiness::default();
        for requirement in Requirement::ALL {
            readiness.lacks(requirement);
        }

        for (status, action, next) in LEGAL {
            let told = status.after(action, &readiness);

            if matches!(action, Action::Schedule | Action::Launch) {
                let refusal = told.unwrap_err();
                let codes: Vec<_> = refusal
                    .fields()
                    .as_slice()
                    .iter()
                    .map(|error| error.code)
                    .collect();
                assert_eq!(codes, Requirement::ALL.map(Requirement::code));
            } else {
                assert_eq!(told, Ok(next));
            }
        }
    }

    #[test]
    fn what_the_status_forbids_is_told_before_what_is_missing() {
        let mut readiness = Readiness::default();
        readiness.lacks(Requirement::Slug);

        let refused = Completed.after(Action::Launch, &readiness);

        assert!(matches!(refused, Err(Refusal::Status { .. })));
    }

    #[test]
    fn a_status_is_read_by_its_name() {
        for status in CampaignStatus::ALL {
            assert_eq!(status.as_str().parse(), Ok(status));
        }
        assert_eq!(
            "Draft".parse::<CampaignStatus>(),
            Err(UnknownCampaignStatus)
        );
    }
}
