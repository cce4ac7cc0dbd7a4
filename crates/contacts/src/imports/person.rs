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
    pub(super) stop: Option<SuppressionReason>,
}

impl Person {
    /// What a row says of a person; all that it says is kept.
    pub(super) fn of(row: &ParsedRow) -> Result<Self, RejectionCode> {
        let mut attributes = Map::new();
        for (name, value) in &row.attributes {
            insert(&mut attributes, name, value);
        }
        if !row.more_emails.is_empty() {
            insert(&mut attributes, OTHER_EMAILS, &row.more_emails.join(", "));
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
            stop: row.stop.map(reason_of),
        })
    }
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
    ContactText::lossy(given)
}

/// Adds an attribute under a name that is allowed and free.
fn insert(attributes: &mut Map<String, Value>, name: &str, value: &str) {
    let plain = name.replace(char::is_control, " ");
    let base = match plain.trim() {
        "" => "column",
        plain => plain,
    };
    let cut = |length: usize| base.chars().take(length).collect::<String>();
    let mut free = cut(Attributes::MAX_NAME);
    let mut times = 1;
    while attributes.contains_key(&free) {
        times += 1;
        let ending = format!(" ({times})");
        free = cut(Attributes::MAX_NAME - ending.len()) + &ending;
    }
    attributes.insert(free, Value::String(value.to_owned()));
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
        assert_eq!(person.stop, Some(SuppressionReason::Manual));
        assert_eq!(profile.first_name, None);
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
