//! Which words find whom.

use super::{found, named, searching};
use crate::contract::Subject;
use crate::contract::tenant::{LATER, Tenant, deleted, listed};
use crate::{ContactFilter, ContactSort};

pub(super) async fn a_contact_is_found_by_any_of_its_words_in_any_order<S: Subject>(subject: &S) {
    let tenant = Tenant::found(subject).await;
    let contacts = [
        named(
            &tenant,
            "ada.l+news@mail.example.com",
            "Ada",
            "Lovelace",
            "Analytical Engines",
        ),
        named(&tenant, "jean@example.org", "Jean-Luc", "O'Brien", ""),
    ];
    tenant.add(subject, &contacts).await;

    for (q, places) in [
        ("ada lovelace", &[0][..]),
        ("LOVELACE  ada", &[0]),
        ("engines", &[0]),
        ("ada.l+news@mail.example.com", &[0]),
        ("news", &[0]),
        ("ada.l+news", &[0]),
        ("mail.example.com", &[0]),
        ("@mail.example.com", &[0]),
        ("ada engines mail.example.com", &[0]),
        ("luc jean", &[1]),
        ("jean-luc", &[1]),
        ("O’Brien", &[1]),
        ("obrien", &[1]),
        ("ada obrien", &[]),
        ("example", &[1]),
        ("example.com", &[]),
    ] {
        assert_eq!(found(&tenant, subject, &contacts, q).await, places, "{q}");
    }
}

pub(super) async fn diacritics_make_no_difference_either_way<S: Subject>(subject: &S) {
    let tenant = Tenant::found(subject).await;
    let contacts = [
        named(&tenant, "1@example.com", "Jürgen", "Großmann", ""),
        named(&tenant, "2@example.com", "Juergen", "Grossmann", ""),
        named(&tenant, "3@example.com", "Jurgen", "Łucja", ""),
        named(&tenant, "4@example.com", "Søren", "Ærø", ""),
    ];
    tenant.add(subject, &contacts).await;

    for (q, places) in [
        ("jürgen", &[0, 1, 2][..]),
        ("jurgen", &[0, 2, 1]),
        ("juergen", &[0, 1, 2]),
        ("GROSSMANN", &[0, 1]),
        ("großmann", &[0, 1]),
        ("lucja", &[2]),
        ("soren aero", &[3]),
        ("sören", &[3]),
        ("\"jürgen großmann\"", &[0, 1]),
    ] {
        assert_eq!(found(&tenant, subject, &contacts, q).await, places, "{q}");
    }
}

pub(super) async fn beginnings_of_words_are_enough_and_whole_words_come_first<S: Subject>(
    subject: &S,
) {
    let tenant = Tenant::found(subject).await;
    let contacts = [
        named(&tenant, "1@example.com", "Anders", "Smithson", ""),
        named(&tenant, "2@example.com", "Ann", "Smith", ""),
        named(&tenant, "3@example.com", "Andrea", "Smith", ""),
        named(&tenant, "smith.and@example.com", "", "", ""),
    ];
    tenant.add(subject, &contacts).await;

    for (q, places) in [
        ("smith", &[1, 2, 3, 0][..]),
        ("smith an", &[0, 1, 2, 3]),
        ("an smi", &[0, 1, 2, 3]),
        ("and smith", &[3, 0, 2]),
        ("smith.and@ex", &[0, 2, 3]),
        ("example.c", &[0, 1, 2, 3]),
        ("mith", &[1, 2, 3]),
    ] {
        assert_eq!(found(&tenant, subject, &contacts, q).await, places, "{q}");
    }
}

pub(super) async fn one_mistake_in_a_long_word_is_forgiven<S: Subject>(subject: &S) {
    let tenant = Tenant::found(subject).await;
    let contacts = [
        named(&tenant, "1@example.com", "Ada", "Lovelace", ""),
        named(&tenant, "2@example.com", "Anna", "Loveless", "Route66"),
        named(&tenant, "3@example.com", "Loevlace", "", ""),
    ];
    tenant.add(subject, &contacts).await;

    for (q, places) in [
        ("lovleace", &[0][..]),
        ("lovelac", &[0]),
        ("lovelaceandall", &[]),
        ("ovelace", &[0]),
        ("lovelacee", &[0]),
        ("lovelace1", &[0]),
        ("lovelave", &[0]),
        ("lvoelace", &[0]),
        ("loveelss", &[1]),
        ("loveles", &[1]),
        ("lovless anna", &[1]),
        ("anan", &[]),
        ("route67", &[]),
        ("lovelcea", &[]),
        ("loevlace", &[2, 0]),
        ("-lovleace anna", &[1]),
    ] {
        assert_eq!(found(&tenant, subject, &contacts, q).await, places, "{q}");
    }
}

pub(super) async fn phrases_and_unwanted_words_are_taken_word_for_word<S: Subject>(subject: &S) {
    let tenant = Tenant::found(subject).await;
    let contacts = [
        named(
            &tenant,
            "1@example.com",
            "Ada",
            "King Noel",
            "O'Neil & Sons",
        ),
        named(&tenant, "2@example.com", "Noel", "King", "Sons of O'Neil"),
        named(&tenant, "3@example.org", "Noelle", "King's 100%_\\", ""),
    ];
    tenant.add(subject, &contacts).await;

    for (q, places) in [
        ("\"king noel\"", &[0][..]),
        ("\"noel king\"", &[1]),
        ("\"noel kin\"", &[]),
        ("\"oneil sons\" ada", &[0]),
        ("king -noel", &[2]),
        ("king -\"noel king\"", &[0, 2]),
        ("-example.org", &[0, 1]),
        ("-noel -noelle", &[]),
        ("\"100\" noelle", &[2]),
        ("\"king noel", &[0]),
        ("-kin", &[0, 1, 2]),
    ] {
        assert_eq!(found(&tenant, subject, &contacts, q).await, places, "{q}");
    }
}

pub(super) async fn a_changed_contact_is_found_by_what_it_is_now<S: Subject>(subject: &S) {
    let tenant = Tenant::found(subject).await;
    let contacts = [
        named(&tenant, "1@example.com", "Ada", "Lovelace", ""),
        named(&tenant, "2@example.com", "Grace", "Hopper", ""),
    ];
    tenant.add(subject, &contacts).await;
    let mut renamed = contacts[0].clone();
    let profile = named(&tenant, "1@example.com", "Ada", "Countess", "");
    renamed.replace_profile(profile.state().profile.clone(), LATER, None);
    let unit = tenant.begin(subject).await;
    let before = contacts[0].state().stamps.version;
    unit.contacts().update(&renamed, before).await.unwrap();
    unit.commit().await.unwrap();
    let unit = tenant.begin(subject).await;
    unit.contacts()
        .update_many(&[deleted(&contacts[1])])
        .await
        .unwrap();
    unit.commit().await.unwrap();

    for (q, places) in [
        ("lovelace", &[][..]),
        ("countess", &[0]),
        ("conutess", &[0]),
        ("hopper", &[]),
    ] {
        assert_eq!(found(&tenant, subject, &contacts, q).await, places, "{q}");
    }
    let dead = ContactFilter {
        deleted: true,
        ..searching("hoper")
    };
    let ids = listed(&tenant, subject, &dead, ContactSort::Fit).await;
    assert_eq!(ids, [contacts[1].id()]);
}

pub(super) async fn other_tenants_contacts_and_words_are_not_found<S: Subject>(subject: &S) {
    let (tenant, other) = (Tenant::found(subject).await, Tenant::found(subject).await);
    let mine = [named(&tenant, "1@example.com", "Ada", "Lovelace", "")];
    let theirs = [named(&other, "1@example.com", "Ada", "Loveless", "")];
    tenant.add(subject, &mine).await;
    other.add(subject, &theirs).await;

    for (q, places) in [
        ("ada", &[0][..]),
        ("loveles", &[]),
        ("lovelac", &[0]),
        ("lovlace", &[0]),
    ] {
        assert_eq!(found(&tenant, subject, &mine, q).await, places, "{q}");
    }
}
