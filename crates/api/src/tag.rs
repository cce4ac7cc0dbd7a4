//! The chapters of the API's documentation.

use poem_openapi::Tags;

/// A chapter of the API's documentation; every operation stands in one.
#[derive(Clone, Copy, Debug, Tags)]
pub enum Tag {
    /// Signing up, one's own account and preferences.
    Accounts,
    /// Logging in and out, refreshing tokens, one's own sessions.
    Sessions,
    /// Keys for programs, with scopes.
    #[oai(rename = "API keys")]
    ApiKeys,
    /// Tenants: creating, changing, deleting and restoring them.
    Organizations,
    /// Who belongs to an organization, and in which role.
    Members,
    /// Inviting people, and accepting.
    Invitations,
    /// Roles and the permissions that they grant.
    Roles,
    /// Teams and who is in them.
    Teams,
    /// The people that an organization may write to.
    Contacts,
    /// Lists of contacts, and who is on them.
    #[oai(rename = "Contact lists")]
    ContactLists,
    /// Addresses that must not be mailed.
    Suppressions,
    /// Long work: how far it is, and ending it before its time.
    Jobs,
    /// How addresses are judged, and checking them.
    Validation,
    /// Files of contacts, and what became of their rows.
    Imports,
    /// Files that forms of web pages send.
    Uploads,
    /// What mails say: templates and their versions.
    #[oai(rename = "Email templates")]
    EmailTemplates,
    /// What people are asked: forms and their versions.
    Forms,
    /// Who is written to, what, and when.
    Campaigns,
    /// Who answered, and how far they have come.
    Leads,
    /// What campaigns achieve: figures, exact at the moment at which they are read, and files of them.
    Metrics,
    /// What happened to mails and on landing pages.
    Events,
    /// Administering the installation: all of its accounts.
    Platform,
    /// Who did what, when and from where.
    Audit,
}
