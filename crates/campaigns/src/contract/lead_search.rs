//! `LeadRepository::list`, by what leads answered, and the fields that forms have.

use std::collections::BTreeMap;

use time::Date;

use super::Subject;
use super::tenant::{LATER, Tenant, all_pages};
use crate::{
    Condition, FieldKey, FieldType, Lead, LeadFilter, LeadSort, LeadValue, Matches, Test,
    TypedValue, ValueKind,
};

/// The cases of searching leads.
#[macro_export]
macro_rules! for_each_lead_search_case {
    ([$($callback:tt)+] $($context:tt)*) => {
        $($callback)+! { [$($context)*]
            leads_are_found_by_what_they_answered,
            leads_are_sorted_by_what_they_answered_page_by_page,
            few_leads_are_sorted_by_what_they_answered,
            pages_go_on_by_values_of_the_kind_that_they_began_with,
            other_tenants_find_no_lead_by_its_answers,
            the_types_of_a_field_are_told_the_newest_first,
        }
    };
}

/// Runs the case with this name.
pub async fn run<S: Subject>(name: &str) {
    let subject = &S::fresh().await;
    for_each_lead_search_case!([kernel::dispatch_contract_case] name subject);
}

fn key(text: &str) -> FieldKey {
    text.parse().unwrap()
}

fn day(ordinal: u16) -> Date {
    Date::from_ordinal_date(2026, ordinal).unwrap()
}

fn value(field: &str, position: i16, value: TypedValue) -> LeadValue {
    LeadValue {
        key: key(field),
        position,
        value,
    }
}

/// What the `n`th lead answered: a text, a number, a day and a box, or fewer; one field is a text in some answers and a
/// number in others, and one has several values.
fn values(n: u16) -> Vec<LeadValue> {
    let text = |text: &str| TypedValue::Text(text.to_owned());
    let number = |n: i64| TypedValue::Number(crate::Decimal::from_millionths(n).unwrap());
    let mut values = Vec::new();
    if n % 7 != 6 {
        let cities = ["Berlin", "berlin", "Łódź", "100 % Ort_\\", "Bernau"];
        values.push(value("city", 0, text(cities[usize::from(n) % 5])));
    }
    if n % 5 != 4 {
        values.push(value(
            "size",
            0,
            number(i64::from(n % 11) * 500_000 - 1_000_000),
        ));
    }
    if n % 4 != 3 {
        values.push(value("start", 0, TypedValue::Date(day(n % 9 + 1))));
    }
    if n % 3 != 2 {
        values.push(value("terms", 0, TypedValue::Flag(n.is_multiple_of(2))));
    }
    let mixed = if n.is_multiple_of(2) {
        text("12")
    } else {
        number(12_000_000)
    };
    values.push(value("mixed", 0, mixed));
    for (position, choice) in (0..).zip(["red", "Green", "blue"].iter().skip(usize::from(n % 4))) {
        values.push(value("colours", position, text(choice)));
    }
    values
}

fn conditions() -> Vec<Condition> {
    let any = |field: &str, matches| Condition {
        key: key(field),
        test: Test::Any(matches),
    };
    let texts = |texts: &[&str]| Matches {
        texts: texts.iter().map(|&text| text.to_owned()).collect(),
        ..Matches::default()
    };
    let fragment = |text: &str| Matches {
        fragment: Some(text.to_owned()),
        ..Matches::default()
    };
    let numbers = |least, greatest| Matches {
        numbers_between: Some((least, greatest)),
        ..Matches::default()
    };
    let of_kinds = Matches {
        texts: vec!["12".to_owned()],
        numbers: vec![12_000_000],
        ..Matches::default()
    };
    let days = Matches {
        dates_between: Some((day(2), day(4))),
        ..Matches::default()
    };
    let some_days = Matches {
        dates: vec![day(1), day(9)],
        ..Matches::default()
    };
    let ticked = Matches {
        flags: vec![true],
        ..Matches::default()
    };
    let mut conditions = vec![
        any("city", texts(&["berlin"])),
        any("city", texts(&["łódź", "bernau", "nowhere"])),
        any("city", fragment("ber")),
        any("city", fragment("% ort_\\")),
        any("city", fragment("o")),
        any("size", numbers(0, 1_000_000)),
        any("size", numbers(i64::MIN, -1)),
        any("size", numbers(2_500_001, i64::MAX)),
        any("start", days),
        any("start", some_days),
        any("terms", ticked.clone()),
        any("mixed", of_kinds),
        any("mixed", texts(&["12"])),
        any("colours", texts(&["green"])),
        any("colours", fragment("u")),
        any("absent", texts(&["x"])),
    ];
    for (field, matches) in [("colours", texts(&["red"])), ("terms", ticked)] {
        conditions.push(Condition {
            key: key(field),
            test: Test::Other(matches),
        });
    }
    for test in [Test::Exists, Test::Absent] {
        conditions.push(Condition {
            key: key("city"),
            test,
        });
    }
    conditions
}

/// Leads with their values, of which one in six is deleted.
async fn answered<S: Subject>(
    subject: &S,
    tenant: &Tenant,
    many: u16,
) -> Vec<(Lead, Vec<LeadValue>)> {
    let (_, version) = tenant.add_form(subject, "Contact us").await;
    let mut all = Vec::new();
    let unit = tenant.begin(subject).await;
    for n in 0..many {
        let (mut lead, step) = tenant.a_lead(None);
        if n % 6 == 5 {
            lead.delete(LATER, None);
        }
        unit.leads().insert(&lead, &step).await.unwrap();
        let response = tenant.a_response(&lead, &version);
        let values = values(n);
        let leads = unit.leads();
        leads.insert_response(&response, &values).await.unwrap();
        all.push((lead, values));
    }
    unit.commit().await.unwrap();
    all
}

/// The value that a lead is sorted by.
fn place(values: &[LeadValue], field: &str, kind: ValueKind) -> Option<(String, i64)> {
    let mut own = values
        .iter()
        .filter(|it| it.key == key(field) && it.position == 0 && it.value.kind() == kind);
    own.next().map(|it| match &it.value {
        TypedValue::Text(text) => (text.to_lowercase(), 0),
        TypedValue::Number(number) => (String::new(), number.millionths()),
        TypedValue::Date(date) => (String::new(), i64::from(date.to_julian_day())),
        TypedValue::Flag(flag) => (String::new(), i64::from(*flag)),
    })
}

mod cases {
    use super::{
        BTreeMap, FieldType, LATER, LeadFilter, LeadSort, Subject, Tenant, ValueKind, all_pages,
        answered, conditions, key, place,
    };
    use crate::{FieldProfile, LeadStatus, OwnedBy};

    pub(super) async fn leads_are_found_by_what_they_answered<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let all = answered(subject, &tenant, 24).await;

        let unit = tenant.begin(subject).await;
        let leads = unit.leads();
        let single = conditions();
        let pairs = single.iter().zip(single.iter().skip(5));
        let pairs = pairs.map(|(a, b)| vec![a.clone(), b.clone()]);
        for conditions in single.iter().map(|it| vec![it.clone()]).chain(pairs) {
            let filter = LeadFilter {
                statuses: vec![LeadStatus::New],
                conditions,
                ..LeadFilter::default()
            };
            let fitting = all
                .iter()
                .filter(|(lead, values)| filter.accepts(lead, values));
            let mut wanted: Vec<_> = fitting.map(|(lead, _)| lead.id()).collect();
            for sort in [LeadSort::Created, LeadSort::CreatedDescending] {
                let seen = all_pages(async |page| leads.list(&filter, &sort, &page).await);
                let seen: Vec<_> = seen.await.iter().map(crate::Lead::id).collect();
                assert_eq!(seen, wanted, "{:?}", filter.conditions);
                wanted.reverse();
            }
        }
    }

    pub(super) async fn leads_are_sorted_by_what_they_answered_page_by_page<S: Subject>(
        subject: &S,
    ) {
        let tenant = Tenant::found(subject).await;
        let all = answered(subject, &tenant, 24).await;
        let fields = [
            ("city", ValueKind::Text),
            ("size", ValueKind::Number),
            ("start", ValueKind::Date),
            ("terms", ValueKind::Flag),
            ("colours", ValueKind::Text),
            ("mixed", ValueKind::Number),
        ];

        let unit = tenant.begin(subject).await;
        let leads = unit.leads();
        for conditions in [
            Vec::new(),
            conditions()[2..3].to_vec(),
            conditions()[6..7].to_vec(),
        ] {
            let filter = LeadFilter {
                conditions,
                ..LeadFilter::default()
            };
            for (field, kind) in fields {
                let fitting = all
                    .iter()
                    .filter(|(lead, values)| filter.accepts(lead, values));
                let placed = fitting
                    .filter_map(|(lead, values)| Some((place(values, field, kind)?, lead.id())));
                let mut wanted: Vec<_> = placed.collect();
                wanted.sort();
                for descending in [false, true] {
                    let sort = LeadSort::Field {
                        key: key(field),
                        kind,
                        descending,
                    };
                    let seen = all_pages(async |page| leads.list(&filter, &sort, &page).await);
                    let seen: Vec<_> = seen.await.iter().map(crate::Lead::id).collect();
                    let ids: Vec<_> = wanted.iter().map(|(_, id)| *id).collect();
                    assert_eq!(seen, ids, "{field} {descending}");
                    wanted.reverse();
                }
            }
        }
    }

    pub(super) async fn few_leads_are_sorted_by_what_they_answered<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let all = answered(subject, &tenant, 24).await;
        let filters = [
            LeadFilter {
                deleted: true,
                ..LeadFilter::default()
            },
            LeadFilter {
                statuses: vec![LeadStatus::New],
                conditions: conditions()[3..4].to_vec(),
                ..LeadFilter::default()
            },
            LeadFilter {
                statuses: vec![LeadStatus::Converted, LeadStatus::Qualified],
                ..LeadFilter::default()
            },
            LeadFilter {
                contact: all[8].0.state().contact,
                ..LeadFilter::default()
            },
            LeadFilter {
                owner: Some(OwnedBy::Nobody),
                created_until: Some(LATER),
                ..LeadFilter::default()
            },
            LeadFilter {
                owner: Some(OwnedBy::Person(tenant.user())),
                created_since: Some(LATER),
                ..LeadFilter::default()
            },
        ];

        let unit = tenant.begin(subject).await;
        let leads = unit.leads();
        for filter in filters {
            let fitting = all
                .iter()
                .filter(|(lead, values)| filter.accepts(lead, values));
            let placed = fitting.filter_map(|(lead, values)| {
                Some((place(values, "size", ValueKind::Number)?, lead.id()))
            });
            let mut wanted: Vec<_> = placed.collect();
            wanted.sort();
            for descending in [false, true] {
                let sort = LeadSort::Field {
                    key: key("size"),
                    kind: ValueKind::Number,
                    descending,
                };
                let seen = all_pages(async |page| leads.list(&filter, &sort, &page).await);
                let seen: Vec<_> = seen.await.iter().map(crate::Lead::id).collect();
                let ids: Vec<_> = wanted.iter().map(|(_, id)| *id).collect();
                assert_eq!(seen, ids, "{filter:?} {descending}");
                wanted.reverse();
            }
        }
    }

    pub(super) async fn pages_go_on_by_values_of_the_kind_that_they_began_with<S: Subject>(
        subject: &S,
    ) {
        let tenant = Tenant::found(subject).await;
        let all = answered(subject, &tenant, 24).await;
        let kinds = [
            ("city", ValueKind::Text),
            ("size", ValueKind::Number),
            ("start", ValueKind::Date),
            ("terms", ValueKind::Flag),
            ("mixed", ValueKind::Text),
            ("mixed", ValueKind::Number),
        ];

        let unit = tenant.begin(subject).await;
        let leads = unit.leads();
        let filter = LeadFilter::default();
        for (field, kind) in kinds {
            let living = all
                .iter()
                .filter(|(lead, values)| filter.accepts(lead, values));
            let placed =
                living.filter_map(|(lead, values)| Some((place(values, field, kind)?, lead.id())));
            let mut wanted: Vec<_> = placed.collect();
            wanted.sort();
            let wanted: Vec<_> = wanted.into_iter().map(|(_, id)| id).collect();
            for other in [
                ValueKind::Text,
                ValueKind::Number,
                ValueKind::Date,
                ValueKind::Flag,
            ] {
                let by = |kind| LeadSort::Field {
                    key: key(field),
                    kind,
                    descending: false,
                };
                // The first page is by the one kind, and for all others the newest form says the other one.
                let seen = all_pages(async |page| {
                    let sort = match &page.after {
                        Some(after) => by(other).behind(after).unwrap(),
                        None => by(kind),
                    };
                    leads.list(&filter, &sort, &page).await
                });
                let seen: Vec<_> = seen.await.iter().map(crate::Lead::id).collect();
                assert_eq!(seen, wanted, "{field} {kind:?} {other:?}");
            }
        }
    }

    pub(super) async fn other_tenants_find_no_lead_by_its_answers<S: Subject>(subject: &S) {
        let (tenant, other) = (Tenant::found(subject).await, Tenant::found(subject).await);
        answered(subject, &tenant, 12).await;

        let unit = other.begin(subject).await;
        let leads = unit.leads();
        for condition in conditions() {
            let filter = LeadFilter {
                conditions: vec![condition],
                ..LeadFilter::default()
            };
            let sort = LeadSort::Field {
                key: key("mixed"),
                kind: ValueKind::Text,
                descending: false,
            };
            for sort in [LeadSort::Created, sort] {
                let seen = all_pages(async |page| leads.list(&filter, &sort, &page).await);
                assert_eq!(seen.await, []);
            }
        }
    }

    pub(super) async fn the_types_of_a_field_are_told_the_newest_first<S: Subject>(subject: &S) {
        let (tenant, other) = (Tenant::found(subject).await, Tenant::found(subject).await);
        tenant.add_form(subject, "Contact us").await;
        tenant
            .add_asking(subject, "z_text", FieldType::Number)
            .await;
        other.add_asking(subject, "z_text", FieldType::Date).await;

        let unit = tenant.begin(subject).await;
        let keys = ["z_text", "z_phone", "z_nothing"].map(key);
        let profiles = unit.forms().field_profiles(&keys).await.unwrap();

        let profile = |indexed: &[FieldType]| FieldProfile {
            indexed: indexed.to_vec(),
            is_known: true,
        };
        let expected = BTreeMap::from([
            (
                key("z_text"),
                profile(&[FieldType::Number, FieldType::Text]),
            ),
            (key("z_phone"), profile(&[])),
        ]);
        assert_eq!(profiles, expected);
    }
}
