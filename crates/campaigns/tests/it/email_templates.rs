//! Templates of an organization and their versions.

use campaigns::{
    CampaignError, EmailContent, EmailTemplate, EmailTemplateChange, EmailTemplateVersion,
    LineChange, NewEmailTemplate, NewTemplateVersion, PreviewWith, Values, Variable, Variables,
};
use kernel::{
    EmailTemplateVersionId, Expected, FieldErrors, FieldFault, Locale, PageLimit, PageRequest,
    Patch, Version,
};
use testkit::a_unique_id;

use crate::world::{World, fresh, once};

fn content(subject: &str) -> EmailContent {
    let variables = Variables::new(vec![Variable {
        name: "code".parse().unwrap(),
        default: None,
        required: true,
    }]);
    EmailContent::new(subject, "<p>{{ code }}</p>", None, variables.unwrap()).unwrap()
}

impl World {
    async fn template(&self, name: &str) -> EmailTemplate {
        let new = NewEmailTemplate {
            name: name.parse().unwrap(),
            description: "".parse().unwrap(),
            content: content("One"),
        };
        let made = self.templates.create(&self.scope, Ok(new), &once()).await;
        fresh(made.unwrap())
    }

    async fn publish(&self, template: &EmailTemplate, subject: &str) -> EmailTemplateVersion {
        let new = NewTemplateVersion {
            content: content(subject),
            activate: false,
        };
        let made = self
            .templates
            .publish(&self.scope, template.id(), Ok(new), &once())
            .await;
        fresh(made.unwrap())
    }
}

fn activate(version: EmailTemplateVersionId) -> EmailTemplateChange {
    EmailTemplateChange {
        active_version: Patch::Set(version),
        ..EmailTemplateChange::default()
    }
}

#[tokio::test]
async fn a_template_has_versions_of_which_one_is_active() {
    let world = World::new();
    let template = world.template("News").await;
    let first = template.state().active_version;

    let second = world.publish(&template, "Two").await;

    let page = PageRequest {
        limit: PageLimit::new(10).unwrap(),
        after: None,
    };
    let versions = world.templates.versions(&world.scope, template.id(), &page);
    let (active, versions) = versions.await.unwrap();
    assert_eq!(active, first);
    let told: Vec<_> = versions
        .items
        .iter()
        .map(|card| (card.number.number(), card.subject.as_str()))
        .collect();
    assert_eq!(told, [(1, "One"), (2, "Two")]);

    let change = Ok(activate(second.id));
    let changed = world
        .templates
        .update(&world.scope, template.id(), &Expected::Any, change)
        .await
        .unwrap();
    assert_eq!(changed.state().active_version, second.id);
    assert_eq!(changed.state().versions.number(), 2);
    assert_eq!(
        world.deeds(),
        [
            ("email_template".to_owned(), "create"),
            ("email_template_version".to_owned(), "create"),
            ("email_template".to_owned(), "update"),
            ("email_template_version".to_owned(), "create"),
            ("email_template".to_owned(), "update"),
        ]
    );
}

#[tokio::test]
async fn the_active_version_is_one_of_the_template() {
    let world = World::new();
    let (one, other) = (world.template("One").await, world.template("Two").await);

    for version in [
        other.state().active_version,
        EmailTemplateVersionId::from_uuid(a_unique_id()),
    ] {
        let change = Ok(activate(version));
        let refused = world
            .templates
            .update(&world.scope, one.id(), &Expected::Any, change)
            .await
            .unwrap_err();
        let CampaignError::Invalid(errors) = refused else {
            panic!("{refused:?}");
        };
        assert_eq!(errors.as_slice()[0].pointer, "#/active_version_id");
    }
}

#[tokio::test]
async fn what_is_absent_is_told_before_what_is_stale_and_that_before_what_is_invalid() {
    let world = World::new();
    let template = world.template("News").await;
    let wrong = || Err(FieldErrors::one("#/name", FieldFault::new("required", "x")));
    let stale = Expected::OneOf(vec![Version::from_number(9)]);
    let absent = kernel::EmailTemplateId::from_uuid(a_unique_id());

    let templates = &world.templates;
    let update = async |id, expected: &Expected| {
        let outcome = templates.update(&world.scope, id, expected, wrong()).await;
        outcome.unwrap_err()
    };

    let refused = update(absent, &stale).await;
    assert!(matches!(refused, CampaignError::NotFound(_)));
    let refused = update(template.id(), &stale).await;
    assert!(matches!(refused, CampaignError::Stale));
    let refused = update(template.id(), &Expected::Any).await;
    assert!(matches!(refused, CampaignError::Invalid(_)));
    assert_eq!(world.deeds().len(), 2);
}

#[tokio::test]
async fn a_deleted_template_is_gone_until_it_is_restored() {
    let world = World::new();
    let template = world.template("News").await;
    let (scope, id) = (&world.scope, template.id());
    let version = template.state().active_version;

    let too_early = world.templates.restore(scope, id, &once()).await;
    assert!(matches!(too_early, Err(CampaignError::NotDeleted)));
    world
        .templates
        .delete(scope, id, &Expected::Any)
        .await
        .unwrap();
    let gone = world.templates.read(scope, id).await;
    assert!(matches!(gone, Err(CampaignError::NotFound(_))));
    let gone = world.templates.version(scope, id, version).await;
    assert!(matches!(gone, Err(CampaignError::NotFound(_))));

    let restored = world.templates.restore(scope, id, &once()).await;
    assert_eq!(fresh(restored.unwrap()).state().name, template.state().name);
    assert!(world.templates.version(scope, id, version).await.is_ok());
}

#[tokio::test]
async fn a_preview_has_sample_values_and_given_ones_and_names_what_is_missing() {
    let world = World::new();
    let template = world.template("News").await;
    let preview = async |code: Option<&str>| {
        let mut values = Values::default();
        if let Some(code) = code {
            values.set("code".parse().unwrap(), code);
        }
        let with = PreviewWith {
            values,
            locale: Locale::english(),
        };
        let (id, version) = (template.id(), template.state().active_version);
        let templates = &world.templates;
        templates.preview(&world.scope, id, version, Ok(with)).await
    };

    let mail = preview(Some("A<B")).await.unwrap();
    assert!(mail.html.starts_with("<p>A&lt;B</p>"));
    assert!(mail.text.contains("https://example.com/u/sample"));

    let Err(CampaignError::Invalid(errors)) = preview(None).await else {
        panic!("a value is missing");
    };
    let error = &errors.as_slice()[0];
    assert_eq!(
        (error.pointer.as_str(), error.code),
        ("#/values", "required")
    );
    assert!(error.detail.contains("`code`"));
}

#[tokio::test]
async fn two_versions_are_compared_line_by_line() {
    let world = World::new();
    let template = world.template("News").await;
    let first = template.state().active_version;
    let second = world.publish(&template, "Two").await;

    let diff = world
        .templates
        .compare(&world.scope, template.id(), second.id, first)
        .await
        .unwrap();

    let told: Vec<_> = diff
        .subject
        .iter()
        .map(|line| (line.change, line.text.as_str()))
        .collect();
    assert_eq!(
        told,
        [(LineChange::Removed, "One"), (LineChange::Added, "Two")]
    );
    assert!(diff.html.is_empty());
}
