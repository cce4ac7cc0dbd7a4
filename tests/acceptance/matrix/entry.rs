//! What the matrix has to know of an operation.

use serde_json::Value;
use tenancy::{Permission, RoleTemplate};

use super::case::Case;

/// Who may call an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rule {
    /// Everybody, without any credential.
    Anyone,
    /// Whoever proved who they are, with a session or an API key.
    Account,
    /// Whoever logged in; an API key is not enough.
    Session,
    /// Administrators of the platform who logged in; an API key is not enough.
    PlatformAdmin,
    /// Members, whatever their role.
    Member,
    /// Members whose role has one of the permissions; API keys that have it among their scopes.
    /// The first is the one that a refusal names.
    Permission(&'static [Permission]),
}

impl Rule {
    /// Whether members with the role may.
    pub(crate) fn admits(self, role: RoleTemplate) -> bool {
        match self {
            Self::Permission(any) => any.iter().any(|one| role.permissions().contains(*one)),
            _ => true,
        }
    }

    /// Whether the role decides, or that there is one.
    pub(crate) const fn is_tenants(self) -> bool {
        matches!(self, Self::Member | Self::Permission(_))
    }
}

/// What an identifier in an address or a body names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Thing {
    /// A key of the caller's own.
    ApiKey,
    /// An entry of the organization's audit log.
    AuditEntry,
    /// A campaign that is a draft.
    Campaign,
    /// A contact.
    Contact,
    /// A list of contacts.
    ContactList,
    /// A contact on the list that the address names before.
    ContactOnList,
    /// A campaign that has all that it needs to begin.
    ReadyCampaign,
    /// A campaign that begins by itself much later.
    ScheduledCampaign,
    /// A campaign whose mails go out.
    ActiveCampaign,
    /// A campaign whose mails wait.
    PausedCampaign,
    /// A campaign that was deleted.
    DeletedCampaign,
    /// A contact that was deleted.
    DeletedContact,
    /// A list of contacts that was deleted.
    DeletedContactList,
    /// A template of mails that was deleted.
    DeletedEmailTemplate,
    /// A template of mails.
    EmailTemplate,
    /// A version of the template of mails that the address names before.
    EmailTemplateVersion,
    /// A form that was deleted.
    DeletedForm,
    /// A form.
    Form,
    /// A version of the form that the address names before.
    FormVersion,
    /// A lead that was deleted.
    DeletedLead,
    /// A lead.
    Lead,
    /// A saved search of leads that the organization has.
    LeadView,
    /// A simulation that is over.
    Simulation,
    /// A suppressed address.
    Suppression,
    /// A role of the organization's own that nobody has.
    CustomRole,
    /// A team that was deleted.
    DeletedTeam,
    /// An import whose rows were all read.
    EndedImport,
    /// An import of a file of which nobody knows which column has the address.
    WaitingImport,
    /// An open invitation.
    Invitation,
    /// The token of an invitation into another organization, for the caller.
    InvitationToken,
    /// A job that is yet to begin.
    Job,
    /// A job that failed.
    EndedJob,
    /// The role copied from the template `member`.
    MemberRole,
    /// The membership of somebody with the role `viewer`.
    Membership,
    /// Another session of the caller.
    OwnSession,
    /// A user who administers the platform.
    PlatformAdmin,
    /// An entry of the platform's audit log.
    PlatformAuditEntry,
    /// The name of a periodic job of which no run is open.
    PeriodicJob,
    /// The name of a role on the platform.
    PlatformRole,
    /// A team.
    Team,
    /// Somebody's place in the team that the address names before.
    TeamMember,
    /// A user.
    User,
}

/// In which organization a call is tried that succeeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// The one that all share.
    Home,
    /// One that is made for the call.
    Own,
    /// One that is made for the call, and deleted.
    Deleted,
}

/// An operation in the matrix.
pub(crate) struct Entry {
    pub(crate) operation: &'static str,
    pub(crate) rule: Rule,
    pub(crate) needs_session: bool,
    pub(crate) things: &'static [Thing],
    pub(crate) used: &'static [Thing],
    pub(crate) place: Place,
    pub(crate) body: Option<fn(&Case) -> Value>,
    pub(crate) answer: u16,
}

impl Entry {
    /// An operation on the organization or on nothing in particular, without a body, answered 200.
    pub(crate) const fn new(operation: &'static str, rule: Rule) -> Self {
        Self {
            operation,
            rule,
            needs_session: matches!(rule, Rule::Session),
            things: &[],
            used: &[],
            place: Place::Home,
            body: None,
            answer: 200,
        }
    }

    /// An operation for which members need one of the permissions.
    pub(crate) const fn needs(operation: &'static str, any: &'static [Permission]) -> Self {
        Self::new(operation, Rule::Permission(any))
    }

    /// For which an API key is not enough, whatever its scopes.
    pub(crate) const fn by_session(self) -> Self {
        Self {
            needs_session: true,
            ..self
        }
    }

    /// What the parameters of its address name, but for the organization.
    pub(crate) const fn on(self, things: &'static [Thing]) -> Self {
        Self { things, ..self }
    }

    /// What its body names, as [`Case::used`].
    pub(crate) const fn using(self, used: &'static [Thing]) -> Self {
        Self { used, ..self }
    }

    /// Where it is tried, if it would spoil the organization that all share.
    pub(crate) const fn in_place(self, place: Place) -> Self {
        Self { place, ..self }
    }

    /// A body with which it succeeds.
    pub(crate) const fn with(self, body: fn(&Case) -> Value) -> Self {
        Self {
            body: Some(body),
            ..self
        }
    }

    /// The status of its success.
    pub(crate) const fn answers(self, answer: u16) -> Self {
        Self { answer, ..self }
    }
}
