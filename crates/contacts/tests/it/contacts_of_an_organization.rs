//! Contacts.

use contacts::{
    AttributesChange, ContactChange, ContactError, ContactFilter, ContactSort, ContactText,
    DeletedContact, ProfileChange, RestoredContact, SavedContact, UpdatedContact, ValidationStatus,
};
use kernel::{ContactId, Expected, PageRequest, Patch, Version};
use serde_json::{Map, json};
use testkit::a_unique_id;
use time::Duration;

use crate::world::{World, fresh, new, once};

/// A change of the last name.
fn renamed(name: &str) -> ContactChange {
    ContactChange {
        profile: ProfileChange {
            last_name: Patch::Set(ContactText::lossy(name)),
            ..ProfileChange::default()
        },
        ..ContactChange::default()
    }
}

#[tokio::test]
async fn an_address_is_judged_when_the_contact_is_made_and_when_it_changes() {
    let world = World::new();
    let (scope, contacts) = (&world.scope, &world.contacts);

    let made = contacts
        .create(scope, Ok(new("Ada@Gmail.com")), &once())
        .await;
    let card = fresh(made.unwrap());
    let state = card.contact().state();
    assert_eq!(state.validation.status, ValidationStatus::Valid);
    assert_eq!(state.email.as_str(), "Ada@Gmail.com");
    assert_eq!(state.email_normalized, "ada@gmail.com");

    let change = ContactChange {
        email: Patch::Set("no address".parse().unwrap()),
        ..ContactChange::default()
    };
    let changed = contacts.update(scope, state.id, &Expected::Any, Ok(change));
    let changed = changed.await.unwrap();
    let after = changed.contact().state();
    assert_eq!(after.validation.status, ValidationStatus::Invalid);
    assert_eq!(after.stamps.version, Version::from_number(2));
}

#[tokio::test]
async fn a_contact_whose_address_is_known_is_refused_by_naming_the_other() {
    let world = World::new();
    let first = world
        .contacts
        .create(&world.scope, Ok(new("ada@gmail.com")), &once())
        .await;
    let first = fresh(first.unwrap());

    let again = world
        .contacts
        .create(&world.scope, Ok(new("ADA@gmail.com")), &once())
        .await;
    let refused = again;

    let id = first.contact().id();
    assert!(matches!(refused, Err(ContactError::EmailTaken(other)) if other == id));
    assert_eq!(world.deeds(), [("contact".to_owned(), "create")]);
}

#[tokio::test]
async fn what_does_not_change_anything_is_not_written() {
    let world = World::new();
    let (scope, contacts) = (&world.scope, &world.contacts);
    let made = contacts
        .create(scope, Ok(new("ada@gmail.com")), &once())
        .await;
    let id = fresh(made.unwrap()).contact().id();
    world.clock.advance(Duration::HOUR);

    for change in [renamed("King"), renamed("King")] {
        let card = contacts.update(scope, id, &Expected::Any, Ok(change));
        let version = card.await.unwrap().contact().state().stamps.version;
        assert_eq!(version, Version::from_number(2));
    }

    let log = world.log();
    assert_eq!(log.len(), 2);
    let changes = log[1].changes.as_map();
    assert_eq!(changes.keys().collect::<Vec<_>>(), ["last_name"]);
    assert_eq!(changes["last_name"].new, json!("King"));
}

#[tokio::test]
async fn a_stale_version_and_an_absent_contact_are_told_apart() {
    let world = World::new();
    let (scope, contacts) = (&world.scope, &world.contacts);
    let made = contacts
        .create(scope, Ok(new("ada@gmail.com")), &once())
        .await;
    let id = fresh(made.unwrap()).contact().id();
    let stale = Expected::OneOf(vec![Version::from_number(7)]);
    let absent = ContactId::from_uuid(a_unique_id());

    let refused = contacts.delete(scope, id, &stale).await;
    assert!(matches!(refused, Err(ContactError::Stale)));
    let refused = contacts.delete(scope, absent, &stale).await;
    assert!(matches!(refused, Err(ContactError::NotFound("contact"))));
}

#[tokio::test]
async fn a_deleted_contact_comes_back_unless_its_address_is_anothers() {
    let world = World::new();
    let (scope, contacts) = (&world.scope, &world.contacts);
    let made = contacts
        .create(scope, Ok(new("ada@gmail.com")), &once())
        .await;
    let id = fresh(made.unwrap()).contact().id();
    let refused = contacts.restore(scope, id, &once()).await;
    assert!(matches!(refused, Err(ContactError::NotDeleted)));

    contacts.delete(scope, id, &Expected::Any).await.unwrap();
    let gone = contacts.read(scope, id).await;
    assert!(matches!(gone, Err(ContactError::NotFound("contact"))));
    let made = contacts
        .create(scope, Ok(new("ada@gmail.com")), &once())
        .await;
    let other = fresh(made.unwrap()).contact().id();
    let refused = contacts.restore(scope, id, &once()).await;
    assert!(matches!(refused, Err(ContactError::EmailTaken(id)) if id == other));
    contacts.delete(scope, other, &Expected::Any).await.unwrap();
    fresh(contacts.restore(scope, id, &once()).await.unwrap());

    let deeds = world.deeds().into_iter().map(|(_, deed)| deed);
    let deeds = deeds.collect::<Vec<_>>();
    assert_eq!(deeds, ["create", "delete", "create", "delete", "restore"]);
}

#[tokio::test]
async fn many_contacts_are_made_or_changed_each_with_its_outcome() {
    let world = World::new();
    let (scope, contacts) = (&world.scope, &world.contacts);
    let made = contacts
        .create(scope, Ok(new("ada@gmail.com")), &once())
        .await;
    let ada = fresh(made.unwrap()).contact().id();
    let made = contacts
        .create(scope, Ok(new("bob@gmail.com")), &once())
        .await;
    let bob = fresh(made.unwrap()).contact().id();
    let wanted = vec![
        (new("eve@gmail.com"), renamed("Unused")),
        (new("ADA@gmail.com"), renamed("Lovelace")),
        (new("bob@gmail.com"), ContactChange::default()),
        (new("Eve@gmail.com"), renamed("Again")),
    ];

    let saved = contacts.save_many(scope, Ok(wanted), &once()).await;
    let saved = fresh(saved.unwrap());

    let [SavedContact::Created(eve), updated, unchanged, repeated] = saved.as_slice() else {
        panic!("{saved:?}");
    };
    assert_eq!(*updated, SavedContact::Updated(ada));
    assert_eq!(*unchanged, SavedContact::Unchanged(bob));
    assert_eq!(*repeated, SavedContact::Repeated(*eve));
    let log = world.log();
    let [.., create, update] = log.as_slice() else {
        panic!("{log:?}");
    };
    assert!(create.batch.is_some());
    assert_eq!(create.batch, update.batch);
    assert_eq!(log.len(), 4);
}

#[tokio::test]
async fn many_contacts_are_deleted_each_with_its_outcome() {
    let world = World::new();
    let (scope, contacts) = (&world.scope, &world.contacts);
    let made = contacts
        .create(scope, Ok(new("ada@gmail.com")), &once())
        .await;
    let ada = fresh(made.unwrap()).contact().id();
    let absent = ContactId::from_uuid(a_unique_id());

    let outcomes = contacts.delete_many(scope, Ok(vec![absent, ada])).await;

    let expected = [
        (absent, DeletedContact::NotFound),
        (ada, DeletedContact::Deleted),
    ];
    assert_eq!(outcomes.unwrap(), expected);
    let page = PageRequest::first();
    let filter = ContactFilter::default();
    let left = contacts.list(scope, &filter, ContactSort::default(), &page);
    assert!(left.await.unwrap().items.is_empty());
}

/// A change that adds 150 attributes.
fn enriched(prefix: &str) -> ContactChange {
    let many = (0..150).map(|n| (format!("{prefix}{n}"), json!(n)));
    ContactChange {
        profile: ProfileChange {
            attributes: AttributesChange::new(many.collect::<Map<_, _>>()).expect("numbers"),
            ..ProfileChange::default()
        },
        ..ContactChange::default()
    }
}

#[tokio::test]
async fn attributes_are_merged_and_there_are_never_too_many() {
    let world = World::new();
    let (scope, contacts) = (&world.scope, &world.contacts);
    let made = contacts
        .create(scope, Ok(new("ada@gmail.com")), &once())
        .await;
    let id = fresh(made.unwrap()).contact().id();

    let first = contacts.update(scope, id, &Expected::Any, Ok(enriched("a")));
    first.await.unwrap();
    let refused = contacts.update(scope, id, &Expected::Any, Ok(enriched("b")));
    assert!(matches!(refused.await, Err(ContactError::Invalid(_))));
}

#[tokio::test]
async fn a_contact_with_too_many_attributes_keeps_no_other_one_from_being_saved() {
    let world = World::new();
    let (scope, contacts) = (&world.scope, &world.contacts);
    let mut ids = Vec::new();
    for email in ["ada@gmail.com", "bob@gmail.com"] {
        let made = contacts.create(scope, Ok(new(email)), &once()).await;
        ids.push(fresh(made.unwrap()).contact().id());
    }
    let first = contacts.update(scope, ids[0], &Expected::Any, Ok(enriched("a")));
    let before = first.await.unwrap();
    let wanted = vec![
        (new("ada@gmail.com"), enriched("b")),
        (new("bob@gmail.com"), enriched("b")),
        (new("eve@gmail.com"), ContactChange::default()),
    ];

    let saved = contacts.save_many(scope, Ok(wanted), &once()).await;

    let saved = fresh(saved.unwrap());
    assert_eq!(saved[0], SavedContact::TooManyAttributes(ids[0]));
    assert_eq!(saved[1], SavedContact::Updated(ids[1]));
    assert!(matches!(saved[2], SavedContact::Created(_)));
    let after = contacts.read(scope, ids[0]).await.unwrap();
    assert_eq!(after.contact(), before.contact());
}

#[tokio::test]
async fn many_contacts_are_restored_each_with_its_outcome() {
    let world = World::new();
    let (scope, contacts) = (&world.scope, &world.contacts);
    let make = async |email: &str| {
        let made = contacts.create(scope, Ok(new(email)), &once()).await;
        fresh(made.unwrap()).contact().id()
    };
    let delete = async |id| {
        let deleted = contacts.delete(scope, id, &Expected::Any).await;
        deleted.unwrap();
    };
    let mut gone = Vec::new();
    for email in [
        "ada@gmail.com",
        "ada@gmail.com",
        "bob@gmail.com",
        "eve@gmail.com",
    ] {
        let id = make(email).await;
        delete(id).await;
        gone.push(id);
    }
    let [ada, other_ada, bob, eve] = gone[..] else {
        panic!("{gone:?}");
    };
    let living = make("bob@gmail.com").await;
    let absent = ContactId::from_uuid(a_unique_id());
    let before = world.log().len();

    let wanted = vec![eve, absent, other_ada, living, ada, bob, eve];
    let outcomes = contacts.restore_many(scope, Ok(wanted)).await;

    let expected = [
        (eve, RestoredContact::Restored),
        (absent, RestoredContact::NotFound),
        (other_ada, RestoredContact::Restored),
        (living, RestoredContact::NotDeleted),
        (ada, RestoredContact::EmailTaken(other_ada)),
        (bob, RestoredContact::EmailTaken(living)),
        (eve, RestoredContact::Restored),
    ];
    assert_eq!(outcomes.unwrap(), expected);
    let mut restored = Vec::new();
    for entry in &world.log()[before..] {
        assert_eq!(entry.action.as_str(), "restore");
        assert!(entry.batch.is_some());
        restored.extend(entry.entity);
    }
    assert_eq!(restored, [eve, other_ada].map(ContactId::as_uuid));
    for id in [eve, other_ada, living] {
        assert!(contacts.read(scope, id).await.is_ok());
    }
    for id in [ada, bob] {
        assert!(contacts.read(scope, id).await.is_err());
    }
}

#[tokio::test]
async fn several_contacts_are_changed_alike_and_each_is_told_what_became_of_it() {
    let world = World::new();
    let (scope, contacts) = (&world.scope, &world.contacts);
    let mut ids = Vec::new();
    for email in ["1@example.com", "2@example.com", "3@example.com"] {
        let made = contacts.create(scope, Ok(new(email)), &once()).await;
        ids.push(fresh(made.unwrap()).contact().id());
    }
    let one = contacts.update_many(scope, Ok((ids[1..2].to_vec(), renamed("King").profile)));
    assert_eq!(one.await.unwrap(), [(ids[1], UpdatedContact::Updated)]);
    let nobody = ContactId::from_uuid(a_unique_id());
    let before = world.log().len();

    let wanted = vec![ids[2], nobody, ids[1], ids[0]];
    let outcomes = contacts.update_many(scope, Ok((wanted, renamed("King").profile)));

    assert_eq!(
        outcomes.await.unwrap(),
        [
            (ids[2], UpdatedContact::Updated),
            (nobody, UpdatedContact::NotFound),
            (ids[1], UpdatedContact::Unchanged),
            (ids[0], UpdatedContact::Updated),
        ]
    );
    let log = world.log();
    let entries = &log[before..];
    assert_eq!(entries.len(), 2);
    assert!(entries[0].batch.is_some() && entries[0].batch == entries[1].batch);
}
