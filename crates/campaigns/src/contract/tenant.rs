//! What cases are built from: organizations of their own, with templates in them.

use kernel::{
    Actor, CampaignId, ContactId, Credential, Description, EmailTemplateId, EmailTemplateVersionId,
    FormId, FormResponseId, FormVersionId, LeadId, LeadStatusChangeId, OrganizationId, Origin,
    Page, PageLimit, PageRequest, RequestId, SessionId, TenantScope, Timestamp, UserId,
};
use serde_json::json;
use time::macros::{date, datetime};
use uuid::Uuid;

use super::Subject;
use crate::ports::CampaignUnit;
use crate::{
    EmailContent, EmailTemplate, EmailTemplateVersion, FieldOption, FieldRules, FieldType, Form,
    FormDefinition, FormResponse, FormVersion, Lead, LeadSource, LeadValue, NewEmailTemplate,
    NewField, NewForm, NewLead, NewTemplateVersion, Person, ResponseOrigin, StatusChange,
    TypedValue, Variable, Variables,
};

/// The instant at which everything happens in a case that names no other.
pub(super) const NOW: Timestamp = datetime!(2026-03-01 12:00 UTC);
/// A later one.
pub(super) const LATER: Timestamp = datetime!(2026-03-01 13:00 UTC);

/// A new id.
#[expect(
    clippy::disallowed_methods,
    reason = "cases share a database and need ids of their own"
)]
pub(super) fn id<T>(wrap: impl Fn(Uuid) -> T) -> T {
    wrap(Uuid::now_v7())
}

/// An organization of a case's own.
#[derive(Debug)]
pub struct Tenant {
    /// The scope in which somebody acts.
    pub scope: TenantScope,
    organization: OrganizationId,
    user: UserId,
}

impl Tenant {
    /// A new organization.
    pub async fn found<S: Subject>(subject: &S) -> Self {
        let organization = subject.found().await;
        let user = id(UserId::from_uuid);
        let actor = Actor::User(user, Credential::Session(id(SessionId::from_uuid)));
        let origin = Origin::internal(id(RequestId::from_uuid));
        Self {
            scope: TenantScope::for_principal(organization, actor, origin),
            organization,
            user,
        }
    }

    /// Opens a unit of work in the organization.
    pub async fn begin<S: Subject>(&self, subject: &S) -> Box<dyn CampaignUnit> {
        subject.store().begin(&self.scope).await.unwrap()
    }

    /// A template that is not stored yet, with its first version; a copy of the starter with this key.
    pub(super) fn a_template(
        &self,
        name: &str,
        template_key: Option<&str>,
    ) -> (EmailTemplate, EmailTemplateVersion) {
        let ids = (
            id(EmailTemplateId::from_uuid),
            id(EmailTemplateVersionId::from_uuid),
        );
        let new = NewEmailTemplate {
            name: name.parse().unwrap(),
            description: "What it is for.\nIn two lines.".parse().unwrap(),
            content: content(name),
        };
        let by = Some(self.user);
        EmailTemplate::open(ids, self.organization, new, template_key, NOW, by)
    }

    /// Another version of a template, which is changed by it.
    pub(super) fn a_version(&self, template: &mut EmailTemplate) -> EmailTemplateVersion {
        let new = NewTemplateVersion {
            content: content("Łódź & \"Söhne\""),
            activate: true,
        };
        let version = id(EmailTemplateVersionId::from_uuid);
        template.publish(version, new, LATER, Some(self.user))
    }

    /// A form that is not stored yet, with its first version.
    pub(super) fn a_form(&self, name: &str) -> (Form, FormVersion) {
        let ids = (id(FormId::from_uuid), id(FormVersionId::from_uuid));
        let new = NewForm {
            name: name.parse().unwrap(),
            description: "What it is for.\nIn two lines.".parse().unwrap(),
            definition: definition(name),
        };
        Form::open(ids, self.organization, new, NOW, Some(self.user))
    }

    /// Another version of a form, which is changed by it.
    pub(super) fn a_form_version(&self, form: &mut Form) -> FormVersion {
        let version = id(FormVersionId::from_uuid);
        form.publish(
            version,
            definition("Łódź & \"Söhne\""),
            LATER,
            Some(self.user),
        )
    }

    /// Adds a form with its first version.
    pub(super) async fn add_form<S: Subject>(
        &self,
        subject: &S,
        name: &str,
    ) -> (Form, FormVersion) {
        let (form, version) = self.a_form(name);
        let unit = self.begin(subject).await;
        unit.forms().insert(&form).await.unwrap();
        unit.forms().insert_version(&version).await.unwrap();
        unit.commit().await.unwrap();
        (form, version)
    }

    /// Adds a form that asks one thing.
    pub(super) async fn add_asking<S: Subject>(
        &self,
        subject: &S,
        key: &str,
        field_type: FieldType,
    ) {
        let ids = (id(FormId::from_uuid), id(FormVersionId::from_uuid));
        let field = NewField {
            key: key.parse().unwrap(),
            label: "Asked".to_owned(),
            field_type,
            required: false,
            indexed: None,
            rules: FieldRules::default(),
        };
        let new = NewForm {
            name: "Asking".parse().unwrap(),
            description: Description::empty(),
            definition: FormDefinition::new(vec![field], Description::empty(), None).unwrap(),
        };
        let (form, version) = Form::open(ids, self.organization, new, NOW, Some(self.user));
        let unit = self.begin(subject).await;
        unit.forms().insert(&form).await.unwrap();
        unit.forms().insert_version(&version).await.unwrap();
        unit.commit().await.unwrap();
    }

    /// Adds a form with a version for each of the definitions.
    pub(super) async fn add_versions<S: Subject>(
        &self,
        subject: &S,
        definitions: [FormDefinition; 2],
    ) -> [FormVersion; 2] {
        let ids = (id(FormId::from_uuid), id(FormVersionId::from_uuid));
        let [first, second] = definitions;
        let new = NewForm {
            name: "Asking".parse().unwrap(),
            description: Description::empty(),
            definition: first,
        };
        let by = Some(self.user);
        let (mut form, first) = Form::open(ids, self.organization, new, NOW, by);
        let unit = self.begin(subject).await;
        unit.forms().insert(&form).await.unwrap();
        unit.forms().insert_version(&first).await.unwrap();
        let version = id(FormVersionId::from_uuid);
        let second = form.publish(version, second, LATER, by);
        let forms = unit.forms();
        forms.update(&form, kernel::Version::FIRST).await.unwrap();
        forms.insert_version(&second).await.unwrap();
        unit.commit().await.unwrap();
        [first, second]
    }

    /// Who acts.
    pub(super) const fn user(&self) -> UserId {
        self.user
    }

    /// A lead that is not stored yet, with its first step.
    pub(super) fn a_lead(&self, person: Option<Person>) -> (Lead, StatusChange) {
        self.a_lead_of(None, person)
    }

    /// A lead of a campaign that is not stored yet, with its first step.
    pub(super) fn a_lead_of(
        &self,
        campaign: Option<CampaignId>,
        person: Option<Person>,
    ) -> (Lead, StatusChange) {
        let ids = (id(LeadId::from_uuid), id(LeadStatusChangeId::from_uuid));
        let new = NewLead {
            campaign,
            contact: Some(id(ContactId::from_uuid)),
            person,
            source: LeadSource::DirectForm,
            owner: None,
            notes: "Łódź &\n\"Söhne\"".parse().unwrap(),
            came_at: NOW - time::Duration::days(13),
        };
        Lead::open(ids, self.organization, new, NOW, Some(self.user))
    }

    /// Adds a lead.
    pub(super) async fn add_lead<S: Subject>(&self, subject: &S, person: Option<Person>) -> Lead {
        let (lead, step) = self.a_lead(person);
        let unit = self.begin(subject).await;
        unit.leads().insert(&lead, &step).await.unwrap();
        unit.commit().await.unwrap();
        lead
    }

    /// A response that is not stored yet.
    pub(super) fn a_response(&self, lead: &Lead, version: &FormVersion) -> FormResponse {
        let answers =
            json!({ "z_text": "Łódź \"x\"", "z_number": 1.5, "z_multiselect": ["a", "b"] });
        FormResponse {
            id: id(FormResponseId::from_uuid),
            organization: self.organization,
            lead: lead.id(),
            form_version: version.id,
            answers: answers.as_object().unwrap().clone(),
            submitted_at: NOW,
            created_at: LATER,
            origin: ResponseOrigin {
                user_agent: Some("A \"browser\"".to_owned()),
                ip: Some("2001:db8::7".parse().unwrap()),
                session: Some(id(std::convert::identity)),
            },
        }
    }

    /// Adds a template with its first version.
    pub(super) async fn add<S: Subject>(
        &self,
        subject: &S,
        name: &str,
    ) -> (EmailTemplate, EmailTemplateVersion) {
        let (template, version) = self.a_template(name, None);
        let unit = self.begin(subject).await;
        assert!(unit.email_templates().insert(&template).await.unwrap());
        unit.email_templates()
            .insert_version(&version)
            .await
            .unwrap();
        unit.commit().await.unwrap();
        (template, version)
    }
}

/// The lead after its deletion.
pub(super) fn deleted_lead(lead: &Lead) -> Lead {
    let mut lead = lead.clone();
    lead.delete(LATER, None);
    lead
}

/// A value of every kind.
pub(super) fn lead_values() -> Vec<LeadValue> {
    let value = |key: &str, position, value| LeadValue {
        key: key.parse().unwrap(),
        position,
        value,
    };
    let text = |text: &str| TypedValue::Text(text.to_owned());
    vec![
        value("z_text", 0, text("Łódź \"x\"")),
        value(
            "z_number",
            0,
            TypedValue::Number("-1.000001".parse().unwrap()),
        ),
        value("z_multiselect", 0, text("b")),
        value("z_multiselect", 1, text("a")),
        value("z_date", 0, TypedValue::Date(date!(2024 - 02 - 29))),
        value("z_checkbox", 0, TypedValue::Flag(false)),
    ]
}

/// A form with a field of every type.
fn definition(label: &str) -> FormDefinition {
    let field = |field_type: &FieldType| {
        let mut rules = FieldRules::default();
        match field_type {
            FieldType::Select | FieldType::Multiselect => {
                let option = |value: &str| FieldOption {
                    value: value.to_owned(),
                    label: format!("{value} é \"x\""),
                };
                rules.options = vec![option("b"), option("a")];
            }
            FieldType::Number => rules.min = Some("-1.5".to_owned()),
            FieldType::Text => rules.pattern = Some("[^\\s\"]+".to_owned()),
            _ => {}
        }
        NewField {
            key: format!("z_{field_type}").parse().unwrap(),
            label: label.to_owned(),
            field_type: *field_type,
            required: *field_type == FieldType::Email,
            indexed: (*field_type == FieldType::Phone).then_some(false),
            rules,
        }
    };
    let fields = FieldType::ALL.iter().rev().map(field).collect();
    let thanks: Description = "Thank you.\nUntil soon.".parse().unwrap();
    let redirect = "https://example.com/thanks?a=b".parse().unwrap();
    FormDefinition::new(fields, thanks, Some(redirect)).unwrap()
}

/// The form with another name.
pub(super) fn renamed_form(form: &Form, name: &str) -> Form {
    let mut form = form.clone();
    let change = crate::FormChange {
        name: kernel::Patch::Set(name.parse().unwrap()),
        ..crate::FormChange::default()
    };
    form.change(&change, LATER, None);
    form
}

/// The form after its deletion.
pub(super) fn deleted_form(form: &Form) -> Form {
    let mut form = form.clone();
    form.delete(LATER, None);
    form
}

fn content(subject: &str) -> EmailContent {
    let variables = vec![
        Variable {
            name: "code".parse().unwrap(),
            default: Some("a \"b\" \\ {}".to_owned()),
            required: false,
        },
        Variable {
            name: "attributes.city".parse().unwrap(),
            default: None,
            required: true,
        },
    ];
    let variables = Variables::new(variables).unwrap();
    let html = "<p title='{{ code }}'>\n\t{{ attributes.city }} é</p>";
    EmailContent::new(subject, html, None, variables).unwrap()
}

/// The template with another name.
pub(super) fn renamed(template: &EmailTemplate, name: &str) -> EmailTemplate {
    let mut template = template.clone();
    let change = crate::EmailTemplateChange {
        name: kernel::Patch::Set(name.parse().unwrap()),
        ..crate::EmailTemplateChange::default()
    };
    template.change(&change, LATER, None);
    template
}

/// The template after its deletion.
pub(super) fn deleted(template: &EmailTemplate) -> EmailTemplate {
    let mut template = template.clone();
    template.delete(LATER, None);
    template
}

/// All items of a listing, page by page of two.
pub(super) async fn all_pages<T, E: std::fmt::Debug>(
    read: impl AsyncFn(PageRequest) -> Result<Page<T>, E>,
) -> Vec<T> {
    let mut page = PageRequest {
        limit: PageLimit::new(2).unwrap(),
        after: None,
    };
    let mut seen = Vec::new();
    loop {
        let part = read(page.clone()).await.unwrap();
        assert!(part.items.len() <= 2);
        seen.extend(part.items);
        let Some(next) = part.next else { return seen };
        page.after = Some(next);
    }
}
