//! Forms of an organization and their versions.

use campaigns::{
    CampaignError, FieldRules, FieldType, Form, FormChange, FormDefinition, NewField, NewForm,
};
use kernel::{
    Description, Expected, FieldErrors, FieldFault, PageLimit, PageRequest, Patch, Version,
};

use crate::world::{World, fresh, once};

fn definition(keys: &[&str]) -> FormDefinition {
    let field = |key: &&str| NewField {
        key: key.parse().unwrap(),
        label: "Label".to_owned(),
        field_type: FieldType::Text,
        required: false,
        indexed: None,
        rules: FieldRules::default(),
    };
    let fields = keys.iter().map(field).collect();
    FormDefinition::new(fields, Description::empty(), None).unwrap()
}

impl World {
    async fn form(&self) -> Form {
        let new = NewForm {
            name: "Contact us".parse().unwrap(),
            description: Description::empty(),
            definition: definition(&["a"]),
        };
        let made = self.forms.create(&self.scope, Ok(new), &once()).await;
        fresh(made.unwrap())
    }
}

#[tokio::test]
async fn publishing_a_change_makes_a_version_and_leaves_the_earlier_one() {
    let world = World::new();
    let form = world.form().await;
    let (scope, id) = (&world.scope, form.id());
    let first = form.state().current_version;

    let second = world
        .forms
        .publish(scope, id, Ok(definition(&["a", "b"])), &once())
        .await;
    let second = fresh(second.unwrap());

    let after = world.forms.read(scope, id).await.unwrap();
    assert_eq!(after.state().current_version, second.id);
    assert_eq!(after.state().versions.number(), 2);
    let earlier = world.forms.version(scope, id, first).await.unwrap();
    assert_eq!(earlier.definition, definition(&["a"]));
    let page = PageRequest {
        limit: PageLimit::new(10).unwrap(),
        after: None,
    };
    let versions = world.forms.versions(scope, id, &page).await.unwrap();
    let numbers: Vec<_> = versions.items.iter().map(|it| it.number.number()).collect();
    assert_eq!(numbers, [1, 2]);
    assert_eq!(
        world.deeds(),
        [
            ("form".to_owned(), "create"),
            ("form_version".to_owned(), "create"),
            ("form".to_owned(), "update"),
            ("form_version".to_owned(), "create"),
        ]
    );
}

#[tokio::test]
async fn a_form_is_renamed_deleted_and_restored() {
    let world = World::new();
    let form = world.form().await;
    let (scope, id) = (&world.scope, form.id());
    let change = FormChange {
        name: Patch::Set("Write to us".parse().unwrap()),
        ..FormChange::default()
    };

    let renamed = world
        .forms
        .update(scope, id, &Expected::Any, Ok(change.clone()))
        .await
        .unwrap();
    let same = world
        .forms
        .update(scope, id, &Expected::Any, Ok(change))
        .await
        .unwrap();
    assert_eq!(same, renamed);

    let too_early = world.forms.restore(scope, id, &once()).await;
    assert!(matches!(too_early, Err(CampaignError::NotDeleted)));
    world.forms.delete(scope, id, &Expected::Any).await.unwrap();
    let gone = world.forms.read(scope, id).await;
    assert!(matches!(gone, Err(CampaignError::NotFound(_))));
    let restored = world.forms.restore(scope, id, &once()).await;
    assert_eq!(fresh(restored.unwrap()).state().name, renamed.state().name);
    let actions: Vec<_> = world
        .deeds()
        .into_iter()
        .map(|(_, action)| action)
        .collect();
    assert_eq!(actions, ["create", "create", "update", "delete", "restore"]);
}

#[tokio::test]
async fn what_is_stale_is_told_before_what_is_invalid_and_nothing_is_changed() {
    let world = World::new();
    let form = world.form().await;
    let wrong = || {
        Err(FieldErrors::one(
            "#/name",
            FieldFault::new("required", "a name is needed"),
        ))
    };
    let stale = Expected::OneOf(vec![Version::from_number(9)]);

    let (forms, scope, id) = (&world.forms, &world.scope, form.id());
    let refused = forms.update(scope, id, &stale, wrong()).await;
    assert!(matches!(refused, Err(CampaignError::Stale)));
    let refused = forms.update(scope, id, &Expected::Any, wrong()).await;
    assert!(matches!(refused, Err(CampaignError::Invalid(_))));
    let refused = forms.delete(scope, id, &stale).await;
    assert!(matches!(refused, Err(CampaignError::Stale)));
    assert_eq!(world.deeds().len(), 2);
}
