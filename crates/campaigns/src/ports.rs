//! What campaigns need of their storage.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use kernel::{
    AuditTrail, CampaignId, ContactId, ContactListId, EmailTemplateId, EmailTemplateVersionId,
    EventId, FormId, FormResponseId, FormVersionId, IdempotencyLedger, JobQueue, LeadId,
    LeadViewId, OrganizationId, Page, PageRequest, SimulationId, Slug, StorageError, SuppressionId,
    TeamId, TenantScope, Timestamp, UnitOfWork, UserId, Version,
};
use time::Date;

use crate::{
    Addressee, Assignment, AudienceCounts, Bounced, Campaign, CampaignCounts, CampaignError,
    CampaignFilter, CampaignPlan, Candidate, Click, ClickWindow, ConsentRecord, CountedCampaign,
    EmailTemplate, EmailTemplateVersion, Engaged, Event, FieldKey, FieldProfile, Form,
    FormResponse, FormVersion, FormVersionCard, Lead, LeadFilter, LeadSort, LeadStage, LeadValue,
    LeadView, Letterhead, LivingContact, Person, PlannedMail, Played, Premises, Recipient,
    RecipientFilter, Settled, Simulation, StatusChange, Stop, StopReason, TemplateVersionCard,
    Trace,
};

/// Opens units of work on campaigns.
#[async_trait]
pub trait CampaignStore: Send + Sync {
    /// Opens a unit of work inside the scope's organization; what is other organizations' MUST NOT be found or
    /// changed in it.
    async fn begin(&self, scope: &TenantScope) -> Result<Box<dyn CampaignUnit>, StorageError>;
    /// Makes sure that events of these months, each of which is named by any of its days in UTC, find their place in
    /// whichever organization. For those of the present month and the next ones that is always so.
    async fn make_room(&self, months: &BTreeSet<Date>) -> Result<(), StorageError>;
}

/// A unit of work on one organization's campaigns.
pub trait CampaignUnit: UnitOfWork {
    /// Its templates of mails.
    fn email_templates(&self) -> &dyn EmailTemplateRepository;
    /// Its forms.
    fn forms(&self) -> &dyn FormRepository;
    /// Its campaigns.
    fn campaigns(&self) -> &dyn CampaignRepository;
    /// Who its campaigns reach.
    fn audience(&self) -> &dyn Audience;
    /// The addresses of landing pages.
    fn landing_pages(&self) -> &dyn LandingPages;
    /// How the recipients of its campaigns stand.
    fn assignments(&self) -> &dyn Assignments;
    /// What happened to mails and on landing pages.
    fn events(&self) -> &dyn EventLog;
    /// What people agreed to.
    fn consents(&self) -> &dyn ConsentLog;
    /// Who must not be mailed any more.
    fn stops(&self) -> &dyn Stops;
    /// The queue of durable jobs.
    fn jobs(&self) -> &dyn JobQueue;
    /// Its leads.
    fn leads(&self) -> &dyn LeadRepository;
    /// Its simulations of campaigns.
    fn simulations(&self) -> &dyn SimulationRepository;
    /// Its saved searches of leads.
    fn lead_views(&self) -> &dyn LeadViewRepository;
    /// Its contacts, members and teams, as far as leads have to do with them.
    fn people(&self) -> &dyn People;
    /// The audit log.
    fn audit(&self) -> &dyn AuditTrail;
    /// The answers of requests that take effect once.
    fn idempotency(&self) -> &dyn IdempotencyLedger;
}

/// The templates of mails of the unit's organization, and their versions, of which none is ever changed.
#[async_trait]
pub trait EmailTemplateRepository: Send + Sync {
    /// Adds a template; `false`, and nothing done, where it was copied from code and the organization has a copy of
    /// that already, deleted or not.
    async fn insert(&self, template: &EmailTemplate) -> Result<bool, StorageError>;
    /// The template with this id, deleted or not.
    async fn find(&self, id: EmailTemplateId) -> Result<Option<EmailTemplate>, StorageError>;
    /// Living templates, or the deleted ones, in the order of their ids.
    async fn list(
        &self,
        deleted: bool,
        page: &PageRequest,
    ) -> Result<Page<EmailTemplate>, StorageError>;
    /// Writes the template where its stored version is `expected`; fails with [`CampaignError::Stale`] otherwise,
    /// and the unit stays usable after that failure.
    async fn update(
        &self,
        template: &EmailTemplate,
        expected: Version,
    ) -> Result<(), CampaignError>;
    /// Adds a version of a template that is there.
    async fn insert_version(&self, version: &EmailTemplateVersion) -> Result<(), StorageError>;
    /// The version with this id, where it is one of this template, deleted or not.
    async fn find_version(
        &self,
        template: EmailTemplateId,
        id: EmailTemplateVersionId,
    ) -> Result<Option<EmailTemplateVersion>, StorageError>;
    /// The version with this id, whichever template it is one of, deleted or not.
    async fn find_published(
        &self,
        id: EmailTemplateVersionId,
    ) -> Result<Option<EmailTemplateVersion>, StorageError>;
    /// The versions of a template, in the order of their ids.
    async fn list_versions(
        &self,
        template: EmailTemplateId,
        page: &PageRequest,
    ) -> Result<Page<TemplateVersionCard>, StorageError>;
}

/// The forms of the unit's organization, and their versions, of which none is ever changed.
#[async_trait]
pub trait FormRepository: Send + Sync {
    /// Adds a form.
    async fn insert(&self, form: &Form) -> Result<(), StorageError>;
    /// The form with this id, deleted or not.
    async fn find(&self, id: FormId) -> Result<Option<Form>, StorageError>;
    /// Living forms, or the deleted ones, in the order of their ids.
    async fn list(&self, deleted: bool, page: &PageRequest) -> Result<Page<Form>, StorageError>;
    /// Writes the form where its stored version is `expected`; fails with [`CampaignError::Stale`] otherwise, and the
    /// unit stays usable after that failure.
    async fn update(&self, form: &Form, expected: Version) -> Result<(), CampaignError>;
    /// Adds a version of a form that is there, with its fields.
    async fn insert_version(&self, version: &FormVersion) -> Result<(), StorageError>;
    /// The version with this id, where it is one of this form, deleted or not; its fields in their order.
    async fn find_version(
        &self,
        form: FormId,
        id: FormVersionId,
    ) -> Result<Option<FormVersion>, StorageError>;
    /// The version with this id, whichever form it is one of, deleted or not; its fields in their order.
    async fn find_published(&self, id: FormVersionId) -> Result<Option<FormVersion>, StorageError>;
    /// The versions of a form, in the order of their ids.
    async fn list_versions(
        &self,
        form: FormId,
        page: &PageRequest,
    ) -> Result<Page<FormVersionCard>, StorageError>;
    /// What the versions of all forms have asked under these keys; nothing of a key that none has.
    async fn field_profiles(
        &self,
        keys: &[FieldKey],
    ) -> Result<BTreeMap<FieldKey, FieldProfile>, StorageError>;
}

/// The leads of the unit's organization, with their answers and their way through the pipeline.
#[async_trait]
pub trait LeadRepository: Send + Sync {
    /// Adds a lead with its first step; fails with [`CampaignError::LeadExists`] where its campaign has a living lead of
    /// its person, and the unit stays usable after that failure.
    async fn insert(&self, lead: &Lead, step: &StatusChange) -> Result<(), CampaignError>;
    /// The lead with this id, deleted or not.
    async fn find(&self, id: LeadId) -> Result<Option<Lead>, StorageError>;
    /// Those of these leads that are there, deleted or not, each once, in the order of their ids. Until the unit ends, no
    /// other one MUST change them; two units that name the same leads in any order MUST NOT wait for each other for ever.
    async fn find_for_change(&self, ids: &[LeadId]) -> Result<Vec<Lead>, StorageError>;
    /// The living lead of the campaign, or without one, that is this contact by now, the one with the least id where several
    /// are; otherwise that began as one of these people, the first of them that has one.
    async fn find_person(
        &self,
        campaign: Option<CampaignId>,
        contact: Option<ContactId>,
        people: &[Person],
    ) -> Result<Option<Lead>, StorageError>;
    /// Writes the lead, and its step if it made one, where its stored version is `expected`; fails with
    /// [`CampaignError::Stale`] otherwise, and the unit stays usable after that failure. Where it lives and its campaign has
    /// another living lead of its person, it fails with [`StorageError::Contended`].
    async fn update(
        &self,
        lead: &Lead,
        expected: Version,
        step: Option<&StatusChange>,
    ) -> Result<(), CampaignError>;
    /// Writes leads, each once and with its step if it made one, where they are stored in the version before. Where one of
    /// them is not, or lives and its campaign has another living lead of its person, it fails with
    /// [`StorageError::Contended`], and the unit is of no use after that failure.
    async fn update_many(
        &self,
        changed: &[(Lead, Option<StatusChange>)],
    ) -> Result<(), StorageError>;
    /// Adds a response; the values that its lead is searched by are these from now on.
    async fn insert_response(
        &self,
        response: &FormResponse,
        values: &[LeadValue],
    ) -> Result<(), StorageError>;
    /// The values that a lead is searched by, in the order of fields and positions.
    async fn values_of(&self, lead: LeadId) -> Result<Vec<LeadValue>, StorageError>;
    /// The responses of a lead, in the order of their ids.
    async fn list_responses(
        &self,
        lead: LeadId,
        page: &PageRequest,
    ) -> Result<Page<FormResponse>, StorageError>;
    /// Those of these responses that are there, in no order.
    async fn find_responses(
        &self,
        ids: &[FormResponseId],
    ) -> Result<Vec<FormResponse>, StorageError>;
    /// How many living leads each stage of the pipeline has, in its order; of this campaign, or of all.
    async fn stages(&self, campaign: Option<CampaignId>) -> Result<Vec<LeadStage>, StorageError>;
    /// The steps of a lead, in the order of their ids.
    async fn list_status_changes(
        &self,
        lead: LeadId,
        page: &PageRequest,
    ) -> Result<Page<StatusChange>, StorageError>;
    /// The leads that the filter lets through, in this order; those alike by the value of a field in the order of
    /// their ids. A page may have fewer than it could, or none, and still a next one: what few leads meet is not looked for
    /// among all of them at once.
    async fn list(
        &self,
        filter: &LeadFilter,
        sort: &LeadSort,
        page: &PageRequest,
    ) -> Result<Page<Lead>, StorageError>;
}

/// The searches of leads that people of the unit's organization saved.
#[async_trait]
pub trait LeadViewRepository: Send + Sync {
    /// Adds a view; fails with [`CampaignError::ViewNameTaken`], naming the other, where its owner has a living one of its
    /// name in whichever case, and the unit stays usable after that failure.
    async fn insert(&self, view: &LeadView) -> Result<(), CampaignError>;
    /// The view with this id, whosever it is, deleted or not.
    async fn find(&self, id: LeadViewId) -> Result<Option<LeadView>, StorageError>;
    /// The living views that are this person's or that the organization has too, in the order of their ids.
    async fn list(&self, of: UserId, page: &PageRequest) -> Result<Page<LeadView>, StorageError>;
    /// Writes the view where its stored version is `expected`; fails with [`CampaignError::Stale`] otherwise, and with
    /// [`CampaignError::ViewNameTaken`] where it lives and its owner has another living one of its name; the unit stays
    /// usable after these failures. Where another unit takes the name at the same time, it fails with
    /// [`StorageError::Contended`].
    async fn update(&self, view: &LeadView, expected: Version) -> Result<(), CampaignError>;
}

/// What is known elsewhere of the people and teams of the unit's organization.
#[async_trait]
pub trait People: Send + Sync {
    /// Whether a living contact has this id.
    async fn is_contact(&self, id: ContactId) -> Result<bool, StorageError>;
    /// Which of these contacts are there, deleted or not, in no order.
    async fn known_contacts(&self, ids: &[ContactId]) -> Result<Vec<ContactId>, StorageError>;
    /// The living contact with this address, in whichever case or form.
    async fn find_contact(&self, address: &str) -> Result<Option<ContactId>, StorageError>;
    /// What mails know of a living contact.
    async fn find_addressee(&self, id: ContactId) -> Result<Option<Addressee>, StorageError>;
    /// What mails know of the unit's organization.
    async fn find_letterhead(&self) -> Result<Option<Letterhead>, StorageError>;
    /// Whether the user is a member.
    async fn is_member(&self, user: UserId) -> Result<bool, StorageError>;
    /// Whether a living team has this id.
    async fn is_team(&self, team: TeamId) -> Result<bool, StorageError>;
}

/// The campaigns of the unit's organization.
#[async_trait]
pub trait CampaignRepository: Send + Sync {
    /// Adds a campaign.
    async fn insert(&self, campaign: &Campaign) -> Result<(), StorageError>;
    /// The campaign with this id, deleted or not.
    async fn find(&self, id: CampaignId) -> Result<Option<Campaign>, StorageError>;
    /// The same; until the unit ends, nobody else MUST be able to change it.
    async fn find_for_share(&self, id: CampaignId) -> Result<Option<Campaign>, StorageError>;
    /// Which of these campaigns are there, deleted or not, in no order.
    async fn known(&self, ids: &[CampaignId]) -> Result<Vec<CampaignId>, StorageError>;
    /// The living campaign whose landing page has this address.
    async fn find_by_landing_page(&self, slug: &Slug) -> Result<Option<Campaign>, StorageError>;
    /// The campaigns that the filter lets through, in the order of their ids, and how their recipients stand.
    async fn list(
        &self,
        filter: &CampaignFilter,
        page: &PageRequest,
    ) -> Result<Page<CountedCampaign>, StorageError>;
    /// Writes the campaign where its stored version is `expected`; fails with [`CampaignError::Stale`] otherwise, and the
    /// unit stays usable after that failure.
    async fn update(&self, campaign: &Campaign, expected: Version) -> Result<(), CampaignError>;
    /// How the recipients of a campaign stand.
    async fn counts(&self, id: CampaignId) -> Result<CampaignCounts, StorageError>;
}

/// The people whom campaigns of the unit's organization reach, and what else those depend on.
#[async_trait]
pub trait Audience: Send + Sync {
    /// What stands around a plan.
    async fn premises(&self, plan: &CampaignPlan) -> Result<Premises, StorageError>;
    /// How the living members of these lists stand.
    async fn count(&self, lists: &[ContactListId]) -> Result<AudienceCounts, StorageError>;
    /// Up to `limit` living members of these lists behind this contact, each once, in the order of their ids.
    async fn candidates(
        &self,
        lists: &[ContactListId],
        after: Option<ContactId>,
        limit: u16,
    ) -> Result<Vec<Candidate>, StorageError>;
    /// How those of these people stand who live, in no order. The address MUST be the one that so stands, whatever becomes
    /// of the person meanwhile.
    async fn standings(&self, contacts: &[ContactId]) -> Result<Vec<LivingContact>, StorageError>;
}

/// The addresses of landing pages, each of which belongs to one campaign of the whole installation.
#[async_trait]
pub trait LandingPages: Send + Sync {
    /// Takes an address for the unit's organization; fails with [`CampaignError::SlugTaken`] where a living campaign has
    /// it, be it one of the organization's own, and the unit stays usable after that failure.
    async fn claim(&self, slug: &Slug, at: Timestamp) -> Result<(), CampaignError>;
    /// Gives an address of the unit's organization back; another one's MUST stay.
    async fn release(&self, slug: &Slug) -> Result<(), StorageError>;
    /// The organization that has an address, whichever it is.
    async fn find_organization(&self, slug: &Slug) -> Result<Option<OrganizationId>, StorageError>;
}

/// How the recipients of the unit's organization's campaigns stand. What a campaign counts is exact in every unit that
/// begins after its writers ended, and those do not wait for each other.
#[async_trait]
pub trait Assignments: Send + Sync {
    /// Writes down what is decided of people of whom nothing was decided before; tells of how many that is.
    async fn assign(
        &self,
        campaign: CampaignId,
        assignments: &[Assignment],
        at: Timestamp,
    ) -> Result<u64, StorageError>;
    /// Up to `limit` recipients whose mails are yet to go out and were to do so by `until`, the earliest first. Until the
    /// unit ends, no other one MUST be told of them.
    async fn claim_due(
        &self,
        campaign: CampaignId,
        until: Timestamp,
        limit: u16,
    ) -> Result<Vec<ContactId>, StorageError>;
    /// When the first mail was to go out of those that are yet to, be they claimed or not.
    async fn next_due(&self, campaign: CampaignId) -> Result<Option<Timestamp>, StorageError>;
    /// Writes down what became of people whose mails were yet to go out; tells how many those were.
    async fn settle(
        &self,
        campaign: CampaignId,
        settled: &[Settled],
        at: Timestamp,
    ) -> Result<u64, StorageError>;
    /// Leaves up to `limit` recipients out whose mails are yet to go out, because the campaign
    /// [`crate::Exclusion::Ended`]; tells how many those were, and fewer than `limit` only where nobody is left. Waits for
    /// units that have claimed some of them.
    async fn give_up(
        &self,
        campaign: CampaignId,
        limit: u16,
        at: Timestamp,
    ) -> Result<u64, StorageError>;
    /// What is known of those of these who are recipients, of each once, in no order. Until the unit ends, no other one MUST
    /// change them; two units that name the same recipients in any order MUST NOT wait for each other for ever. A unit that
    /// writes down what several recipients did asks for all of them at once before it does.
    async fn find_traces(
        &self,
        recipients: &[(CampaignId, ContactId)],
    ) -> Result<Vec<Trace>, StorageError>;
    /// Counts what recipients did, each time at its instant, which is the first or last one where no other is earlier or
    /// later; tells how many of them are recipients.
    async fn engage(&self, deeds: &[Engaged], at: Timestamp) -> Result<u64, StorageError>;
    /// Writes down that mails came back which had gone out, and had not come back before; tells whose those were, in no
    /// order.
    async fn bounce(
        &self,
        bounced: &[Bounced],
        at: Timestamp,
    ) -> Result<Vec<(CampaignId, ContactId)>, StorageError>;
    /// Writes down that recipients left to whom the mail went out; tells which had not left before, each once, in no order.
    async fn leave(
        &self,
        recipients: &[(CampaignId, ContactId)],
        at: Timestamp,
    ) -> Result<Vec<(CampaignId, ContactId)>, StorageError>;
    /// Up to `limit` mails of a campaign that go out or did, to people behind this contact, in the order of their ids.
    async fn planned(
        &self,
        campaign: CampaignId,
        after: Option<ContactId>,
        limit: u16,
    ) -> Result<Vec<PlannedMail>, StorageError>;
    /// Writes down what the mails of these recipients caused, each of whom is named once. Somebody who is no recipient is
    /// left alone.
    async fn play(
        &self,
        campaign: CampaignId,
        played: &[Played],
        at: Timestamp,
    ) -> Result<(), StorageError>;
    /// How many mails of all campaigns that went out since then came back softly from each of these people, but for those
    /// from whom none did. Simulated mails do not count.
    async fn count_soft_bounces(
        &self,
        contacts: &[ContactId],
        since: Timestamp,
    ) -> Result<Vec<(ContactId, u64)>, StorageError>;
    /// The recipients of a campaign that the filter lets through, in the order of the ids of the contacts.
    async fn list(
        &self,
        campaign: CampaignId,
        filter: &RecipientFilter,
        page: &PageRequest,
    ) -> Result<Page<Recipient>, StorageError>;
}

/// What happened to mails and on landing pages of the unit's organization; nothing is ever changed.
#[async_trait]
pub trait EventLog: Send + Sync {
    /// Records those of these events that are not recorded yet, at this instant; tells which, in no order.
    async fn record(&self, events: &[Event], at: Timestamp) -> Result<Vec<EventId>, StorageError>;
    /// The links that these people followed in these times, which do not overlap, in no order.
    async fn clicks(
        &self,
        windows: &[ClickWindow],
        contacts: &[ContactId],
    ) -> Result<Vec<Click>, StorageError>;
}

/// What people agreed to, and took back; nothing is ever changed.
#[async_trait]
pub trait ConsentLog: Send + Sync {
    /// Adds records.
    async fn append(&self, records: &[ConsentRecord]) -> Result<(), StorageError>;
    /// The latest record of each type of each of these people, in no order.
    async fn current(&self, contacts: &[ContactId]) -> Result<Vec<ConsentRecord>, StorageError>;
}

/// Who must not be mailed any more by the unit's organization.
#[async_trait]
pub trait Stops: Send + Sync {
    /// Suppresses the addresses of these people, where they are not suppressed yet for the same reason from the same
    /// source; tells the ids of the suppressions, in no order.
    async fn add(&self, stops: &[Stop], at: Timestamp) -> Result<Vec<SuppressionId>, StorageError>;
    /// Removes the suppressions that came from this simulation, and no other; tells them with their reasons, in the order of
    /// their ids.
    async fn lift(
        &self,
        simulation: SimulationId,
    ) -> Result<Vec<(SuppressionId, StopReason)>, StorageError>;
}

/// The simulations of the unit's organization's campaigns.
#[async_trait]
pub trait SimulationRepository: Send + Sync {
    /// Adds a simulation of a campaign that has none.
    async fn insert(&self, simulation: &Simulation) -> Result<(), StorageError>;
    /// The simulation with this id, deleted or not.
    async fn find(&self, id: SimulationId) -> Result<Option<Simulation>, StorageError>;
    /// The simulation of a campaign, deleted or not.
    async fn find_by_campaign(
        &self,
        campaign: CampaignId,
    ) -> Result<Option<Simulation>, StorageError>;
    /// The living simulations, in the order of their ids.
    async fn list(&self, page: &PageRequest) -> Result<Page<Simulation>, StorageError>;
    /// Writes the simulation where its stored version is `expected`; fails with [`CampaignError::Stale`] otherwise, and the
    /// unit stays usable after that failure.
    async fn update(&self, simulation: &Simulation, expected: Version)
    -> Result<(), CampaignError>;
}
