//! What stands around a campaign, on which it depends.

use kernel::{
    ContactListId, EmailTemplateId, EmailTemplateVersionId, FieldErrors, FieldFault, FormVersionId,
    Locale, Name,
};

use super::{Campaign, CampaignPlan, Readiness, Requirement, RiskyAddresses};
use crate::{BuiltIn, EmailContent, Unrenderable, Values, VariableName};

/// What of a campaign's surroundings is there, and how it stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact that is independent of the others"
)]
pub struct Premises {
    /// Those of the lists that are there, deleted ones included.
    pub lists: Vec<ListPremise>,
    /// The template of the version, deleted or not.
    pub template: Option<EmailTemplateId>,
    /// Whether the template of the version lives; `None` where there is no such version.
    pub template_lives: Option<bool>,
    /// Whether the form of the version lives; `None` where there is no such version.
    pub form_lives: Option<bool>,
    /// The form's name.
    pub form_name: Option<Name>,
    /// Whether the organization was deleted: it mails nobody, and nobody can have its campaigns pause.
    pub organization_is_deleted: bool,
    /// Whether the organization says which address mails come from.
    pub has_sender: bool,
    /// Whether the organization says who is responsible.
    pub has_imprint: bool,
    /// Whether the organization says where it tells how it treats personal data.
    pub has_privacy_url: bool,
    /// What the organization does with risky addresses.
    pub risky_addresses: RiskyAddresses,
}

/// How a list stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListPremise {
    /// The list.
    pub list: ContactListId,
    /// Whether it lives.
    pub lives: bool,
    /// Whether all of its addresses were judged.
    pub is_validated: bool,
}

impl Premises {
    /// What a plan names that is not there: errors of its fields. What stood in the plan `before` is kept although it
    /// was deleted since.
    #[must_use]
    pub fn unknown_in(&self, plan: &CampaignPlan, before: Option<&CampaignPlan>) -> FieldErrors {
        let mut errors = FieldErrors::default();
        let fault = |detail: &str| FieldFault::new("unknown-value", detail);
        for list in &plan.lists {
            let is_kept = before.is_some_and(|before| before.lists.contains(list));
            let lives = self.lists.iter().any(|it| it.list == *list && it.lives);
            if !lives && !is_kept {
                errors.push("#/list_ids", fault("one of these is no list"));
                break;
            }
        }
        let kept = |version: Option<EmailTemplateVersionId>| {
            before.is_some_and(|before| before.email_template_version == version)
        };
        let version = plan.email_template_version;
        if version.is_some() && self.template_lives != Some(true) && !kept(version) {
            let fault = fault("this is no version of a template");
            errors.push("#/email_template_version_id", fault);
        }
        let kept = |version: Option<FormVersionId>| {
            before.is_some_and(|before| before.form_version == version)
        };
        let version = plan.form_version;
        if version.is_some() && self.form_lives != Some(true) && !kept(version) {
            errors.push("#/form_version_id", fault("this is no version of a form"));
        }
        errors
    }

    /// What the campaign lacks to begin.
    #[must_use]
    pub fn readiness(&self, campaign: &Campaign) -> Readiness {
        let state = campaign.state();
        let plan = &state.plan;
        let is_fit = |list: &ContactListId| {
            let mut lists = self.lists.iter();
            lists.any(|it| it.list == *list && it.lives && it.is_validated)
        };
        let met = [
            (Requirement::List, !plan.lists.is_empty()),
            (Requirement::ValidatedLists, plan.lists.iter().all(is_fit)),
            (
                Requirement::Template,
                plan.email_template_version.is_some() && self.template_lives == Some(true),
            ),
            (
                Requirement::Form,
                plan.form_version.is_some() && self.form_lives == Some(true),
            ),
            (Requirement::Slug, state.landing_page.is_some()),
            (Requirement::LandingTitle, state.landing_title.is_some()),
            (Requirement::Sender, self.has_sender),
            (Requirement::Imprint, self.has_imprint),
        ];
        let mut readiness = Readiness::READY;
        for (requirement, is_met) in met {
            if !is_met {
                readiness.lacks(requirement);
            }
        }
        readiness
    }

    /// The variables because of which nobody's mail can be made. What differs from person to person is taken to be known, and
    /// to be an address, which can stand everywhere.
    #[must_use]
    pub fn unfilled(&self, content: &EmailContent) -> Unrenderable {
        let mut values = Values::sample();
        if !self.has_privacy_url {
            let name = VariableName::BuiltIn(BuiltIn::OrganizationPrivacyUrl);
            values.set(name, "");
        }
        for name in content.used() {
            if let VariableName::Attribute(_) = name {
                values.set(name.clone(), "https://example.com/known");
            }
        }
        let mail = content.render(&values, &Locale::english());
        mail.err().unwrap_or_default()
    }

    /// Whether the campaign mails risky addresses.
    #[must_use]
    pub fn policy_of(&self, campaign: &Campaign) -> RiskyAddresses {
        let own = campaign.state().plan.risky_addresses;
        own.unwrap_or(self.risky_addresses)
    }
}
