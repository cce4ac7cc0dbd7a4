//! The catalogue of rights.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use kernel::FieldFault;

macro_rules! permissions {
    ($($variant:ident = $key:literal, $category:literal, $description:literal;)+) => {
        /// A right that a role can have and an API key can be limited to.
        ///
        /// The catalogue lives here; `migrate` copies it into the `permissions` table.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Permission {
            $(#[doc = $description] $variant,)+
        }

        impl Permission {
            /// Every right there is, by category.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The right's key, e.g. `member.invite`.
            #[must_use]
            pub const fn key(self) -> &'static str {
                match self { $(Self::$variant => $key,)+ }
            }

            /// The right's category, e.g. `member`.
            #[must_use]
            pub const fn category(self) -> &'static str {
                match self { $(Self::$variant => $category,)+ }
            }

            /// What the right allows, in a sentence.
            #[must_use]
            pub const fn description(self) -> &'static str {
                match self { $(Self::$variant => $description,)+ }
            }
        }
    };
}

permissions! {
    OrganizationView = "organization.view", "organization", "See the organization and its settings.";
    OrganizationUpdate = "organization.update", "organization", "Change the organization's name, address, domain and settings.";
    OrganizationDelete = "organization.delete", "organization", "Delete the organization and restore it.";
    MemberView = "member.view", "member", "See the members of the organization.";
    MemberInvite = "member.invite", "member", "Invite people, and see and revoke invitations.";
    MemberUpdate = "member.update", "member", "Change the role of members.";
    MemberRemove = "member.remove", "member", "Remove members from the organization.";
    RoleView = "role.view", "role", "See roles and their permissions.";
    RoleCreate = "role.create", "role", "Make roles.";
    RoleUpdate = "role.update", "role", "Change roles and their permissions.";
    RoleDelete = "role.delete", "role", "Delete roles that nobody has.";
    TeamView = "team.view", "team", "See teams and who is in them.";
    TeamCreate = "team.create", "team", "Make teams.";
    TeamUpdate = "team.update", "team", "Change teams and who is in them.";
    TeamDelete = "team.delete", "team", "Delete teams and restore them.";
    ApiKeyView = "api_key.view", "api_key", "See the API keys of everybody in the organization.";
    ApiKeyCreate = "api_key.create", "api_key", "Make API keys for oneself, and change and revoke them.";
    ApiKeyRevoke = "api_key.revoke", "api_key", "Revoke anybody's API keys.";
    ContactView = "contact.view", "contact", "See contacts.";
    ContactCreate = "contact.create", "contact", "Make contacts.";
    ContactUpdate = "contact.update", "contact", "Change contacts.";
    ContactDelete = "contact.delete", "contact", "Delete contacts and restore them.";
    ContactImport = "contact.import", "contact", "Take in many contacts at once.";
    ContactExport = "contact.export", "contact", "Download contacts.";
    ContactListView = "contact_list.view", "contact_list", "See contact lists and how many are on them.";
    ContactListCreate = "contact_list.create", "contact_list", "Make contact lists.";
    ContactListUpdate = "contact_list.update", "contact_list", "Change contact lists and who is on them.";
    ContactListDelete = "contact_list.delete", "contact_list", "Delete contact lists and restore them.";
    SuppressionView = "suppression.view", "suppression", "See which addresses must not be mailed.";
    SuppressionCreate = "suppression.create", "suppression", "Keep addresses from being mailed.";
    SuppressionDelete = "suppression.delete", "suppression", "Let addresses be mailed again.";
    JobView = "job.view", "job", "See long work and how far it is.";
    JobCancel = "job.cancel", "job", "End long work before its time.";
    ContactValidate = "contact.validate", "contact", "Check addresses, and have contacts and lists judged again.";
    ValidationRuleView = "validation_rule.view", "validation_rule", "See how addresses are judged.";
    ValidationRuleUpdate = "validation_rule.update", "validation_rule", "Change how addresses are judged.";
    EmailTemplateView = "email_template.view", "email_template", "See templates of mails and their versions.";
    EmailTemplatePreview = "email_template.preview", "email_template", "See mails as a contact gets them, with what is known of the contact.";
    EmailTemplateCreate = "email_template.create", "email_template", "Make templates of mails.";
    EmailTemplateUpdate = "email_template.update", "email_template", "Change templates of mails and make versions of them.";
    EmailTemplateDelete = "email_template.delete", "email_template", "Delete templates of mails and restore them.";
    CampaignView = "campaign.view", "campaign", "See campaigns and who gets their mails.";
    CampaignCreate = "campaign.create", "campaign", "Make campaigns, also as copies of others.";
    CampaignUpdate = "campaign.update", "campaign", "Change campaigns.";
    CampaignDelete = "campaign.delete", "campaign", "Delete campaigns and restore them.";
    CampaignLaunch = "campaign.launch", "campaign", "Have campaigns begin, pause, go on and end.";
    FormView = "form.view", "form", "See forms and their versions.";
    FormCreate = "form.create", "form", "Make forms.";
    FormUpdate = "form.update", "form", "Change forms and make versions of them.";
    FormDelete = "form.delete", "form", "Delete forms and restore them.";
    LeadView = "lead.view", "lead", "See leads, what they answered and how far they have come.";
    LeadCreate = "lead.create", "lead", "Make leads.";
    LeadUpdate = "lead.update", "lead", "Work on leads: move them through the pipeline, assign them, take notes, add responses.";
    LeadDelete = "lead.delete", "lead", "Delete leads and restore them.";
    LeadExport = "lead.export", "lead", "Download leads.";
    MetricView = "metric.view", "metric", "See what campaigns achieve.";
    MetricExport = "metric.export", "metric", "Download what campaigns achieve, as tables and reports.";
    EventCreate = "event.create", "event", "Tell of what happened to mails and on landing pages.";
    AuditView = "audit.view", "audit", "Read the audit log.";
    AuditExport = "audit.export", "audit", "Download the audit log.";
}

impl FromStr for Permission {
    type Err = UnknownPermission;

    fn from_str(key: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .iter()
            .copied()
            .find(|permission| permission.key() == key)
            .ok_or(UnknownPermission)
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key())
    }
}

/// The text is not the key of a permission.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not the key of a permission")]
pub struct UnknownPermission;

impl From<UnknownPermission> for FieldFault {
    fn from(error: UnknownPermission) -> Self {
        Self::new("unknown-permission", error.to_string())
    }
}

/// A set of rights.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PermissionSet(BTreeSet<Permission>);

impl PermissionSet {
    /// Every right there is.
    #[must_use]
    pub fn all() -> Self {
        Permission::ALL.iter().copied().collect()
    }

    /// Whether the right is in the set.
    #[must_use]
    pub fn contains(&self, permission: Permission) -> bool {
        self.0.contains(&permission)
    }

    /// The rights that are in both sets.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        Self(self.0.intersection(&other.0).copied().collect())
    }

    /// The rights that are in one of the sets only.
    #[must_use]
    pub fn symmetric_difference(&self, other: &Self) -> Self {
        Self(self.0.symmetric_difference(&other.0).copied().collect())
    }

    /// A right of this set that `other` lacks.
    #[must_use]
    pub fn first_missing_in(&self, other: &Self) -> Option<Permission> {
        self.0.difference(&other.0).next().copied()
    }

    /// The rights in the order of the catalogue.
    pub fn iter(&self) -> impl Iterator<Item = Permission> {
        self.0.iter().copied()
    }

    /// The keys of the rights, in the order of the catalogue.
    #[must_use]
    pub fn keys(&self) -> Vec<&'static str> {
        self.iter().map(Permission::key).collect()
    }
}

impl FromIterator<Permission> for PermissionSet {
    fn from_iter<I: IntoIterator<Item = Permission>>(permissions: I) -> Self {
        Self(permissions.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_begins_with_its_category_and_parses_back() {
        for permission in Permission::ALL {
            assert!(
                permission
                    .key()
                    .starts_with(&format!("{}.", permission.category()))
            );
            assert_eq!(permission.key().parse(), Ok(*permission));
        }
        assert_eq!("campaign.fly".parse::<Permission>(), Err(UnknownPermission));
    }

    #[test]
    fn a_missing_right_is_named() {
        let few = PermissionSet::from_iter([Permission::TeamView]);

        assert_eq!(few.first_missing_in(&PermissionSet::all()), None);
        assert_eq!(
            PermissionSet::all().first_missing_in(&few),
            Some(Permission::OrganizationView)
        );
    }
}
