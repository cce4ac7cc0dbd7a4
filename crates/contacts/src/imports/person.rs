//! From what a row says to the profile of a contact.

use serde_json::{Map, Value};

use crate::{
    Attributes, ContactEmail, ContactText, ParsedRow, Profile, RejectionCode, Stop,
    SuppressionReason,
};

/// Under which name further addresses of a row are kept.
const OTHER_EMAILS: &str = "other_emails";

/// A row as a contact could have it.
pub(super) struct Person {
    pub(super) email: ContactEmail,
    pub(super) profile: Profile,
    /// Why another system has stopped mailing to the address; nothing where it has not.
    pub(super) stops: Vec<SuppressionReason>,
}

impl Person {
    /// What a row says of a person; all that it says is kept.
    pub(super) fn of(row: &ParsedRow) -> Result<Self, RejectionCode> {
        let mut attributes = Map::new();
        let mut stops = row.stop.map(reason_of).into_iter().collect::<Vec<_>>();
        for (name, value) in &row.attributes {
            if let Some(own) = own_attributes(name, value) {
                for (name, value) in own {
                    keep(&mut attributes, &name, value);
                }
            } else if let Some(own) = own_suppressions(name, value) {
                stops.extend(own);
            } else {
                insert(&mut attributes, name, value);
            }
        }
        for text in joined(&row.more_emails) {
            insert(&mut attributes, OTHER_EMAILS, &text);
        }
        let locale = row.locale.as_deref().map(|text| (text, text.parse().ok()));
        let timezone = row
            .timezone
            .as_deref()
            .map(|text| (text, text.parse().ok()));
        // What is no language or time zone is still something that the file says.
        if let Some((given, None)) = &locale {
            insert(&mut attributes, "locale", given);
        }
        if let Some((given, None)) = &timezone {
            insert(&mut attributes, "timezone", given);
        }
        let profile = Profile {
            first_name: text(&mut attributes, "first_name", row.first_name.as_deref()),
            last_name: text(&mut attributes, "last_name", row.last_name.as_deref()),
            display_name: text(&mut attributes, "display_name", row.full_name.as_deref()),
            phone: text(&mut attributes, "phone", row.phone.as_deref()),
            company: text(&mut attributes, "company", row.company.as_deref()),
            job_title: text(&mut attributes, "job_title", row.job_title.as_deref()),
            locale: locale.and_then(|(_, parsed)| parsed),
            timezone: timezone.and_then(|(_, parsed)| parsed),
            attributes: Attributes::new(attributes)
                .ok()
                .ok_or(RejectionCode::TooManyAttributes)?,
        };
        Ok(Self {
            email: email_of(&row.email)?,
            profile,
            stops,
        })
    }
}

/// The addresses, as many in one text as an attribute has room for.
fn joined(addresses: &[String]) -> Vec<String> {
    let mut texts = Vec::<String>::new();
    for address in addresses {
        match texts.last_mut() {
            Some(text) if text.len() + address.len() + 2 <= Attributes::MAX_TEXT => {
                text.push_str(", ");
                text.push_str(address);
            }
            _ => texts.push(address.clone()),
        }
    }
    texts
}

/// The attributes that a download of ours has in one cell: an object of texts, numbers and truth values.
fn own_attributes(column: &str, cell: &str) -> Option<Map<String, Value>> {
    if column != "attributes" {
        return None;
    }
    let map = serde_json::from_str::<Map<String, Value>>(cell).ok()?;
    Attributes::new(map)
        .ok()
        .map(|attributes| attributes.as_map().clone())
}

/// The reasons that a download of ours has in one cell. Who was erased stays stopped, without its being said why.
fn own_suppressions(column: &str, cell: &str) -> Option<Vec<SuppressionReason>> {
    if column != "suppressions" {
        return None;
    }
    cell.split(' ')
        .map(|word| match word.parse().ok()? {
            SuppressionReason::Erased => Some(SuppressionReason::Manual),
            reason => Some(reason),
        })
        .collect()
}

/// Whom a row tells not to mail to, and why, where its address is one that can be kept.
pub(super) fn stopped(email: &str, stop: Stop) -> Option<(ContactEmail, SuppressionReason)> {
    Some((email_of(email).ok()?, reason_of(stop)))
}

/// The address; control characters in it become spaces, so that it is kept and seen to be none.
fn email_of(text: &str) -> Result<ContactEmail, RejectionCode> {
    let text = text.replace(char::is_control, " ");
    text.parse().map_err(|error| match error {
        crate::InvalidContactEmail::TooLong => RejectionCode::AddressTooLong,
        _ => RejectionCode::NoAddress,
    })
}

const fn reason_of(stop: Stop) -> SuppressionReason {
    match stop {
        Stop::Complained => SuppressionReason::Complained,
        Stop::Unsubscribed => SuppressionReason::Unsubscribed,
        Stop::Bounced => SuppressionReason::Bounced,
        Stop::Blacklisted => SuppressionReason::Manual,
    }
}

/// A line of the profile; what is too long for one is kept whole among the attributes.
fn text(
    attributes: &mut Map<String, Value>,
    name: &str,
    given: Option<&str>,
) -> Option<ContactText> {
    let given = given?;
    if given.chars().count() > ContactText::MAX_LEN {
        insert(attributes, name, given);
    }
    given.parse().ok().or_else(|| ContactText::lossy(given))
}

/// Adds an attribute under a name that is allowed and free.
fn insert(attributes: &mut Map<String, Value>, name: &str, value: &str) {
    let plain = name.replace(char::is_control, " ");
    let name = match plain.trim() {
        "" => "column",
        plain => plain,
    };
    keep(attributes, name, Value::String(value.to_owned()));
}

/// Adds an attribute under this name, cut to what is allowed, or one like it that is free.
fn keep(attributes: &mut Map<String, Value>, name: &str, value: Value) {
    let cut = |length: usize| name.chars().take(length).collect::<String>();
    let mut free = cut(Attributes::MAX_NAME);
    let mut times = 1;
    while attributes.contains_key(&free) {
        times += 1;
        let ending = format!(" ({times})");
        free = cut(Attributes::MAX_NAME - ending.len()) + &ending;
    }
    attributes.insert(free, value);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(email: &str) -> ParsedRow {
        ParsedRow {
            email: email.to_owned(),
            ..ParsedRow::default()
        }
    }

    #[test]
    fn all_that_a_row_says_is_kept() {
        let long = "x".repeat(ContactText::MAX_LEN + 1);
        let person = Person::of(&ParsedRow {
            more_emails: vec!["b@example.org".to_owned(), "c@example.org".to_owned()],
            full_name: Some("Ada\nLovelace".to_owned()),
            company: Some(long.clone()),
            locale: Some("Klingon, formal".to_owned()),
            timezone: Some("Europe/London".to_owned()),
            attributes: vec![
                ("City".to_owned(), "London".to_owned()),
                ("company".to_owned(), "Engines".to_owned()),
            ],
            stop: Some(Stop::Blacklisted),
            ..row("a@example.org")
        })
        .ok()
        .unwrap();

        let profile = &person.profile;
        let attribute = |name: &str| profile.attributes.as_map()[name].as_str().unwrap();
        assert_eq!(
            profile.display_name.as_ref().unwrap().as_str(),
            "Ada Lovelace"
        );
        assert_eq!(attribute("other_emails"), "b@example.org, c@example.org");
        assert_eq!(attribute("company"), "Engines");
        assert_eq!(attribute("company (2)"), long);
        assert_eq!(attribute("locale"), "Klingon, formal");
        assert_eq!(
            (profile.locale.clone(), profile.timezone.is_some()),
            (None, true)
        );
        assert_eq!(person.stops, [SuppressionReason::Manual]);
        assert_eq!(profile.first_name, None);
    }

    #[test]
    fn what_a_download_has_in_one_cell_is_taken_apart_and_what_looks_like_it_is_kept() {
        let of = |attributes: &str, suppressions: &str| {
            let person = Person::of(&ParsedRow {
                attributes: vec![
                    ("attributes".to_owned(), attributes.to_owned()),
                    ("suppressions".to_owned(), suppressions.to_owned()),
                ],
                ..row("a@example.org")
            });
            let person = person.ok().unwrap();
            let attributes = person.profile.attributes.as_map().clone();
            (Value::Object(attributes), person.stops)
        };

        let (attributes, stops) = of(
            r#"{"City":"=Rome","Age":7,"Vip":true}"#,
            "unsubscribed erased",
        );
        assert_eq!(
            attributes,
            serde_json::json!({ "City": "=Rome", "Age": 7, "Vip": true })
        );
        assert_eq!(
            stops,
            [SuppressionReason::Unsubscribed, SuppressionReason::Manual]
        );
        let (attributes, stops) = of(r#"{"City":["Rome"]}"#, "unsubscribed, then erased");
        assert_eq!(
            attributes,
            serde_json::json!({
                "attributes": r#"{"City":["Rome"]}"#,
                "suppressions": "unsubscribed, then erased",
            })
        );
        assert_eq!(stops, []);
    }

    #[test]
    fn an_object_in_a_cell_takes_the_place_of_no_column_of_the_same_name() {
        let city = ("City".to_owned(), "London".to_owned());
        let own = ("attributes".to_owned(), r#"{"City":"Rome"}"#.to_owned());
        for (cells, expected) in [
            (
                vec![city.clone(), own.clone()],
                serde_json::json!({ "City": "London", "City (2)": "Rome" }),
            ),
            (
                vec![own, city],
                serde_json::json!({ "City": "Rome", "City (2)": "London" }),
            ),
        ] {
            let person = Person::of(&ParsedRow {
                attributes: cells,
                ..row("a@example.org")
            });
            let profile = person.ok().unwrap().profile;
            assert_eq!(Value::Object(profile.attributes.as_map().clone()), expected);
        }
    }

    #[test]
    fn further_addresses_are_kept_however_long_they_are_together() {
        let long = |letter: &str| letter.repeat(Attributes::MAX_TEXT - 5);
        let person = Person::of(&ParsedRow {
            more_emails: vec![long("b"), "c@d".to_owned(), long("e")],
            ..row("a@example.org")
        });
        let profile = person.ok().unwrap().profile;
        let kept = profile.attributes.as_map().values();
        let kept = kept.map(|value| value.as_str().unwrap().len());
        let most = Attributes::MAX_TEXT;
        assert_eq!(kept.collect::<Vec<_>>(), [most, most - 5]);
    }

    #[test]
    fn an_address_with_a_line_break_is_kept_to_be_seen() {
        let person = Person::of(&row("a\nb@example.org")).ok().unwrap();
        assert_eq!(person.email.as_str(), "a b@example.org");
    }

    #[test]
    fn names_of_attributes_are_cut_and_stay_different() {
        let name = "n".repeat(150);
        let person = Person::of(&ParsedRow {
            attributes: vec![(name.clone() + "1", "x".into()), (name + "2", "y".into())],
            ..row("a@example.org")
        });
        assert_eq!(person.ok().unwrap().profile.attributes.as_map().len(), 2);
    }
}
