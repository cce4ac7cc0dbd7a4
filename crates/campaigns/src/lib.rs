//! Campaigns: what an organization writes to its contacts, and what it asks them.
//!
//! Vocabulary:
//!
//! - the **content** of a mail ([`EmailContent`]) is its subject, HTML and plain text, with **variables**
//!   ([`Variable`]) in them; the **values** ([`Values`]) of one recipient make a mail of it ([`RenderedMail`]);
//! - a **form** ([`FormDefinition`]) has fields with types and rules; answers that it accepts are a **response**
//!   ([`Response`]);
//! - a **template** ([`EmailTemplate`]) has versions ([`EmailTemplateVersion`]), of which none is ever changed and one is
//!   active; what an organization asks is a form ([`Form`]) with versions ([`FormVersion`]) of the same kind;
//! - a **campaign** ([`Campaign`]) writes to the people on its lists, its **audience**, what a version of a template says;
//!   each link in a mail says whose it is ([`LinkClaim`]).
//! - a **lead** ([`Lead`]) is a person who showed interest, with what they answered ([`FormResponse`]), the typed values by
//!   which they are found ([`LeadValue`]), and their way through the pipeline ([`LeadStatus`], [`StatusChange`]).
//!
//! Always true: a value changes no structure, it adds no element, attribute, header or kind of link to a mail; where a
//! variable stands whose value cannot be made harmless, the content is refused when it is saved; no mail has a hole where
//! a value is missing, and each has a way to leave. Any answers to a form are a
//! response, or errors that name its fields, whichever door they came through.
//!
//! - [`EmailTemplates`], [`Forms`], [`Campaigns`], [`CampaignCourses`], [`Leads`] and [`LeadViews`] are the use cases,
//!   [`BeginJob`] and [`SendJob`] carry campaigns out; [`Visits`] are those of the people whom they reach, who came by a
//!   link, [`RecipientMails`] shows what one of them gets, and [`TestMails`] tries it out;
//! - [`Simulations`] has campaigns carried out as if, [`SimulateJob`] plays what a [`Simulator`] makes up;
//! - [`HitRecorder`] and [`EventIngestion`] take in what happened to mails, seen by the program or told by others;
//! - [`ports`] is what the use cases need of their storage.

#[cfg(feature = "contract")]
pub mod contract;
pub mod ports;

mod addressee;
mod campaign;
mod campaigns;
mod departure;
mod email_template;
mod email_templates;
mod error;
mod event;
mod form;
mod forms;
mod ingestion;
mod intake;
mod lead;
mod lead_views;
mod leads;
mod link;
mod recipient_mails;
mod sending;
mod simulation;
mod starter;
mod stopping;
mod stored_form;
mod template;
mod test_mails;
mod visits;
mod workbench;

pub use addressee::{Addressee, Letterhead};
pub use campaign::{
    AddressStatus, Assignment, AudienceCounts, AudiencePreview, BounceKind, Bounced, Campaign,
    CampaignAction, CampaignChange, CampaignCounts, CampaignFilter, CampaignPlan, CampaignState,
    CampaignStatus, CampaignTimes, Candidate, CountedCampaign, Deed, Delivery, Due, Engaged,
    Engagement, Exclusion, InvalidSendRate, ListPremise, LivingContact, NewCampaign, PastSchedule,
    PlannedMail, Played, Premises, Readiness, Recipient, RecipientFilter, RecipientStatus, Refusal,
    Requirement, RiskyAddresses, SendRate, Settled, Sorted, Standing, Stop, StopReason, StopSource,
    Trace, UnknownCampaignStatus, UnknownPastSchedule, UnknownRecipientStatus,
    UnknownRiskyAddresses,
};
pub use campaigns::Campaigns;
pub use email_template::{
    EmailTemplate, EmailTemplateChange, EmailTemplateState, EmailTemplateVersion, NewEmailTemplate,
    NewTemplateVersion, TemplateVersionCard,
};
pub use email_templates::{EmailTemplates, PreviewWith};
pub use error::CampaignError;
pub use event::{
    ActorJudge, ActorVerdict, ConsentRecord, ConsentSource, ConsentSubject, ConsentType, Event,
    EventClient, EventOrigin, EventType, Evidence, Fetch, ForeignEventId, Judgement, Sighting,
};
pub use forms::Forms;
pub use ingestion::{EventIngestion, EventOutcome, ToldEvent};
pub use intake::{Click, ClickWindow};
pub use lead_views::LeadViews;
pub use leads::{
    Answers, CreateLead, LeadDeed, LeadExport, LeadOutcome, Leads, Submission, Submitted,
};
pub use link::{InvalidLinkTarget, LinkClaim, LinkKind, LinkTarget, MailLinks, OutgoingMail};
pub use recipient_mails::RecipientMails;
pub use sending::{BeginJob, CampaignCourses, DueMail, SendJob, Transport, TransportError};
pub use simulation::{
    AskedSimulation, InvalidSeed, LinkOfMail, Mailing, Scenario, SimulateJob, SimulatedEvent,
    SimulatedMail, Simulation, SimulationConfig, SimulationPlan, SimulationSeed, SimulationState,
    Simulations, Simulator,
};
pub use starter::{starter_templates, template_creation};
pub use test_mails::{StopList, TestMailPorts, TestMails, TestSend};

pub use form::{
    Answer, AnswerErrors, AskedConsent, Decimal, FieldKey, FieldOption, FieldPartFault, FieldRules,
    FieldType, FormDefinition, FormField, InvalidDecimal, InvalidFieldKey, InvalidPattern,
    NewField, Pattern, ReadAddress, Response, UnknownAnswers, UnknownFieldType,
};
pub use lead::{
    AskedCondition, Condition, FieldProfile, FormResponse, IllegalTransition, InvalidCondition,
    Lead, LeadChange, LeadFilter, LeadOwner, LeadQuery, LeadSort, LeadSource, LeadStage, LeadState,
    LeadStatus, LeadValue, LeadView, LeadViewChange, LeadViewState, Matches, NewLead, NewLeadView,
    Operator, OwnedBy, OwnerChange, Person, ResponseOrigin, SavedQuery, SortPlace, StatusChange,
    Test, TypedValue, ValueKind,
};
pub use visits::{Hit, HitRecorder, HitSink, LandingView, VisitError, VisitSession, Visits};

pub use stored_form::{Form, FormChange, FormState, FormVersion, FormVersionCard, NewForm};
pub use template::{
    AttributeName, BuiltIn, ContentDiff, DiffLine, EmailContent, InvalidVariableName, LineChange,
    OwnName, RenderedMail, TemplateFault, TemplateFaults, TemplatePart, TemplateReason,
    Unrenderable, Values, Variable, VariableName, Variables,
};
