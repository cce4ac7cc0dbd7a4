//! Lists, who is on them, and addresses that must not be mailed.

use contacts::{
    ContactError, ContactListChange, ContactSource, MemberOutcome, NewContactList, NewSuppressions,
    SuppressedAddress, SuppressionReason, SuppressionSource,
};
use kernel::{
    Actor, ApiKeyId, ContactId, Credential, Description, Expected, Origin, PageRequest, Patch,
    RequestId, TenantScope,
};
use testkit::a_unique_id;

use crate::world::{World, fresh, new, once};

/// What a list is made from.
fn named(name: &str) -> NewContactList {
    NewContactList {
        name: name.parse().expect("a name"),
        description: Description::empty(),
        source: ContactSource::Manual,
    }
}

/// What it takes to suppress an address.
fn of(email: &str, reason: SuppressionReason) -> NewSuppressions {
    NewSuppressions {
        emails: vec![email.parse().expect("a text")],
        reason,
    }
}

#[tokio::test]
async fn a_list_is_made_renamed_deleted_and_restored_and_all_of_it_is_told() {
    let world = World::new();
    let (scope, lists) = (&world.scope, &world.lists);
    let made = lists.create(scope, Ok(named("Leads")), &once()).await;
    let id = fresh(made.unwrap()).list.id();
    let change = ContactListChange {
        name: Patch::Set("More leads".parse().unwrap()),
        ..ContactListChange::default()
    };

    let changed = lists.update(scope, id, &Expected::Any, Ok(change)).await;
    assert_eq!(changed.unwrap().list.state().name.as_str(), "More leads");
    lists.delete(scope, id, &Expected::Any).await.unwrap();
    let gone = lists.read(scope, id).await;
    assert!(matches!(gone, Err(ContactError::NotFound("contact list"))));
    fresh(lists.restore(scope, id, &once()).await.unwrap());

    let deeds = ["create", "update", "delete", "restore"];
    assert_eq!(
        world.deeds(),
        deeds.map(|deed| ("contact_list".to_owned(), deed))
    );
}

#[tokio::test]
async fn contacts_come_onto_a_list_and_go_off_it_each_with_its_outcome() {
    let world = World::new();
    let (scope, lists) = (&world.scope, &world.lists);
    let list = fresh(
        lists
            .create(scope, Ok(named("Leads")), &once())
            .await
            .unwrap(),
    );
    let list = list.list.id();
    let made = world
        .contacts
        .create(scope, Ok(new("ada@gmail.com")), &once())
        .await;
    let ada = fresh(made.unwrap()).contact().id();
    let absent = ContactId::from_uuid(a_unique_id());
    let wanted = vec![ada, absent, ada];

    let added = lists
        .add_members(scope, list, Ok(wanted.clone()), &once())
        .await;
    let expected = [
        (ada, MemberOutcome::Added),
        (absent, MemberOutcome::NotFound),
        (ada, MemberOutcome::AlreadyOnList),
    ];
    assert_eq!(fresh(added.unwrap()), expected);
    assert_eq!(lists.read(scope, list).await.unwrap().counts.valid, 1);
    let of_ada = world.contacts.lists_of(scope, ada).await.unwrap();
    assert_eq!(
        of_ada
            .iter()
            .map(contacts::ContactList::id)
            .collect::<Vec<_>>(),
        [list]
    );

    let removed = lists.remove_members(scope, list, Ok(wanted)).await.unwrap();
    let expected = [
        (ada, MemberOutcome::Removed),
        (absent, MemberOutcome::NotFound),
        (ada, MemberOutcome::NotOnList),
    ];
    assert_eq!(removed, expected);
    assert_eq!(lists.read(scope, list).await.unwrap().counts.total(), 0);
    let deeds = world.deeds();
    assert_eq!(
        deeds[2..],
        ["create", "revoke"].map(|deed| ("contact_list_member".to_owned(), deed))
    );
}

#[tokio::test]
async fn a_suppressed_address_stays_so_whatever_becomes_of_its_contact() {
    let world = World::new();
    let (scope, contacts) = (&world.scope, &world.contacts);
    let unsubscribed = SuppressionReason::Unsubscribed;
    let added = world
        .suppressions
        .add(scope, Ok(of("ADA@gmail.com", unsubscribed)), &once())
        .await;
    assert!(matches!(
        fresh(added.unwrap())[..],
        [SuppressedAddress::Added(_)]
    ));

    for _ in 0..2 {
        let made = contacts
            .create(scope, Ok(new("ada@gmail.com")), &once())
            .await;
        let card = fresh(made.unwrap());
        assert_eq!(card.suppressed(), [unsubscribed]);
        let id = card.contact().id();
        contacts.delete(scope, id, &Expected::Any).await.unwrap();
    }
}

#[tokio::test]
async fn an_address_is_suppressed_once_for_each_reason_and_can_be_looked_up() {
    use SuppressionReason::{Bounced, Complained};
    let world = World::new();
    let (scope, suppressions) = (&world.scope, &world.suppressions);
    let mut ids = Vec::new();
    for (reason, is_new) in [(Bounced, true), (Bounced, false), (Complained, true)] {
        let added = suppressions
            .add(scope, Ok(of("ada@gmail.com", reason)), &once())
            .await;
        match fresh(added.unwrap())[..] {
            [SuppressedAddress::Added(id)] if is_new => ids.push(id),
            [SuppressedAddress::AlreadySuppressed] if !is_new => {}
            ref other => panic!("{other:?}"),
        }
    }

    let emails = ["Ada@Gmail.com", "bob@gmail.com"].map(|email| email.parse().unwrap());
    let found = suppressions
        .check(scope, Ok(emails.to_vec()))
        .await
        .unwrap();
    let found = found
        .iter()
        .map(|of| of.iter().map(contacts::Suppression::id).collect::<Vec<_>>());
    assert_eq!(found.collect::<Vec<_>>(), [ids.clone(), vec![]]);
    let page = PageRequest::first();
    let listed = suppressions
        .list(scope, Some(Bounced), &page)
        .await
        .unwrap();
    assert_eq!(
        listed
            .items
            .iter()
            .map(contacts::Suppression::id)
            .collect::<Vec<_>>(),
        ids[..1]
    );

    suppressions.lift(scope, ids[0]).await.unwrap();
    let refused = suppressions.lift(scope, ids[0]).await;
    assert!(matches!(
        refused,
        Err(ContactError::NotFound("suppression"))
    ));
    assert_eq!(
        world.deeds().last().unwrap(),
        &("suppression".to_owned(), "revoke")
    );
}

#[tokio::test]
async fn the_suppression_of_somebody_who_was_erased_stays() {
    let world = World::new();
    let erased = Ok(of("ada@gmail.com", SuppressionReason::Erased));
    let added = world.suppressions.add(&world.scope, erased, &once()).await;
    let [SuppressedAddress::Added(id)] = fresh(added.unwrap())[..] else {
        panic!("it is new");
    };

    let refused = world.suppressions.lift(&world.scope, id).await;

    assert!(matches!(refused, Err(ContactError::ErasedStays)));
}

#[tokio::test]
async fn what_a_person_suppresses_is_told_apart_from_what_a_program_does() {
    let world = World::new();
    let organization = world.scope.organization();
    let key = Credential::ApiKey(ApiKeyId::from_uuid(a_unique_id()));
    let user = world.scope.actor().user().unwrap();
    let origin = Origin::internal(RequestId::from_uuid(a_unique_id()));
    let program = TenantScope::for_principal(organization, Actor::User(user, key), origin);
    let suppress = async |scope: &TenantScope, email| {
        let wanted = Ok(of(email, SuppressionReason::Bounced));
        world
            .suppressions
            .add(scope, wanted, &once())
            .await
            .unwrap();
    };

    suppress(&world.scope, "ada@gmail.com").await;
    suppress(&program, "bob@gmail.com").await;

    let page = PageRequest::first();
    let listed = world.suppressions.list(&world.scope, None, &page).await;
    let mut sources = listed
        .unwrap()
        .items
        .iter()
        .map(|suppression| suppression.state().source)
        .collect::<Vec<_>>();
    sources.sort_by_key(|source| source.as_str());
    assert_eq!(sources, [SuppressionSource::Api, SuppressionSource::Manual]);
}
