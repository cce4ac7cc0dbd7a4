//! Searches of leads as they are saved.

use std::str::FromStr;

use kernel::{FieldFault, TeamId, UserId};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use uuid::Uuid;

use super::{AskedCondition, LeadSource, LeadStatus, OwnedBy};
use crate::FieldKey;

/// Which leads are wanted and in which order, as the parameters of an address: `status=new&field=team_size:gte:10`.
///
/// Each parameter is one that the listing of leads has, with a value that it takes. Whether forms have the fields that
/// are named shows when it is used, since forms change.
#[derive(Clone, PartialEq, Eq)]
pub struct SavedQuery(String);

impl SavedQuery {
    /// The longest one, in bytes, all of them ASCII.
    pub const MAX_LEN: usize = 4_000;

    /// Its text, without a question mark.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for SavedQuery {
    type Err = FieldFault;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.strip_prefix('?').unwrap_or(text);
        let mut query = String::new();
        let mut seen = Vec::new();
        let mut owners = Owners::default();
        for pair in text.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let (name, value) = (decoded(name), decoded(value));
            let (Some(name), Some(value)) = (name, value) else {
                return Err(fault("it is not percent-encoded UTF-8".to_owned()));
            };
            let known = PARAMETERS.iter().find(|parameter| parameter.name == name);
            let Some(known) = known else {
                return Err(fault(
                    "it has a parameter that leads are not listed by".to_owned(),
                ));
            };
            let times = seen.iter().filter(|other| **other == known.name).count();
            if times >= known.most {
                return Err(fault(format!("{} stands there too often", known.name)));
            }
            if !(known.takes)(&value) {
                return Err(fault(format!("the value of {} is none", known.name)));
            }
            seen.push(known.name);
            owners.note(known.name, &value);
            if !query.is_empty() {
                query.push('&');
            }
            query.push_str(known.name);
            query.push('=');
            encode(&value, &mut query);
        }
        OwnedBy::one_of(owners.user, owners.team, owners.nobody)
            .map_err(|other| fault(other.detail))?;
        if query.len() > Self::MAX_LEN {
            let most = Self::MAX_LEN;
            return Err(fault(format!("it has more than {most} characters")));
        }
        Ok(Self(query))
    }
}

impl std::fmt::Debug for SavedQuery {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SavedQuery(…)")
    }
}

/// Whom the leads that are wanted are assigned to, as far as it was read.
#[derive(Default)]
struct Owners {
    user: Option<UserId>,
    team: Option<TeamId>,
    nobody: bool,
}

impl Owners {
    fn note(&mut self, name: &str, value: &str) {
        match name {
            "assigned_user_id" => self.user = value.parse().ok(),
            "assigned_team_id" => self.team = value.parse().ok(),
            "unassigned" => self.nobody = value == "true",
            _ => {}
        }
    }
}

/// A parameter of the listing of leads.
struct Parameter {
    name: &'static str,
    /// How often it may stand there.
    most: usize,
    takes: fn(&str) -> bool,
}

const PARAMETERS: [Parameter; 12] = [
    single("deleted", is_flag),
    Parameter {
        name: "status",
        most: LeadStatus::ALL.len(),
        takes: |text| text.parse::<LeadStatus>().is_ok(),
    },
    single("source", |text| text.parse::<LeadSource>().is_ok()),
    single("campaign_id", is_id),
    single("contact_id", is_id),
    single("assigned_user_id", is_id),
    single("assigned_team_id", is_id),
    single("unassigned", is_flag),
    single("created_since", is_instant),
    single("created_until", is_instant),
    Parameter {
        name: "field",
        most: AskedCondition::MOST,
        takes: |text| text.parse::<AskedCondition>().is_ok(),
    },
    single("sort", is_order),
];

const fn single(name: &'static str, takes: fn(&str) -> bool) -> Parameter {
    Parameter {
        name,
        most: 1,
        takes,
    }
}

fn is_flag(text: &str) -> bool {
    matches!(text, "true" | "false")
}

fn is_id(text: &str) -> bool {
    text.len() == 36 && Uuid::try_parse(text).is_ok()
}

fn is_instant(text: &str) -> bool {
    OffsetDateTime::parse(text, &Rfc3339).is_ok()
}

fn is_order(text: &str) -> bool {
    let name = text.strip_prefix('-').unwrap_or(text);
    name.parse::<FieldKey>().is_ok()
}

/// A part of a query with its escapes undone; `None` where it has a broken one, or is no text.
fn decoded(part: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(part.len());
    let mut rest = part.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
                let (high, low) = (digit(rest.next())?, digit(rest.next())?);
                u8::try_from(high * 16 + low).ok()?
            }
            other => other,
        });
    }
    let text = String::from_utf8(bytes).ok()?;
    (!text.contains('\0')).then_some(text)
}

/// Adds a value with everything escaped that could mean something in an address.
fn encode(value: &str, query: &mut String) {
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~:,".contains(&byte) {
            query.push(char::from(byte));
        } else {
            query.push('%');
            for digit in [byte >> 4, byte & 15] {
                let digit = char::from_digit(u32::from(digit), 16).unwrap_or('0');
                query.push(digit.to_ascii_uppercase());
            }
        }
    }
}

fn fault(detail: String) -> FieldFault {
    FieldFault::new("invalid-query", detail)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn saved(text: &str) -> String {
        text.parse::<SavedQuery>().unwrap().as_str().to_owned()
    }

    #[test]
    fn a_query_is_saved_with_its_parameters_in_their_order() {
        assert_eq!(saved(""), "");
        let all = "status=new&status=contacted&source=api&unassigned=true&\
                   campaign_id=019b6c3c-6a00-7000-8000-000000000041&created_since=2026-01-01T00:00:00Z&\
                   field=city:eq:M%C3%BCnchen&field=size:between:1,2&sort=-size";
        assert_eq!(saved(all), all);
        assert_eq!(saved(&format!("?{all}")), all);
        assert_eq!(
            saved("field=city%3Acontains%3Aa+b%26c"),
            "field=city:contains:a%20b%26c"
        );
    }

    #[test]
    fn what_leads_are_not_listed_by_is_refused() {
        for text in [
            "limit=5",
            "cursor=x",
            "status=old",
            "source=api&source=api",
            "campaign_id=5",
            "unassigned=yes",
            "unassigned=true&assigned_user_id=019b6c3c-6a00-7000-8000-000000000041",
            "assigned_user_id=019b6c3c-6a00-7000-8000-000000000041&assigned_team_id=019b6c3c-6a00-7000-8000-000000000041",
            "created_since=yesterday",
            "field=city",
            "sort=City",
            "field=city:eq:%zz",
            "field=city:eq:%ff",
            "field=city:eq:%00",
        ] {
            assert!(text.parse::<SavedQuery>().is_err(), "{text}");
        }
        let many = ["field=city:eq:a"; AskedCondition::MOST + 1].join("&");
        assert!(many.parse::<SavedQuery>().is_err());
        let long = format!("field=city:eq:{}", "ü".repeat(400));
        let long = [long.as_str(), long.as_str()].join("&");
        assert!(long.parse::<SavedQuery>().is_err());
    }

    proptest! {
        #[test]
        fn whatever_is_asked_of_a_field_is_saved_so_that_it_reads_the_same(asked in "[^\0]{1,40}") {
            prop_assume!(format!("city:eq:{asked}").parse::<AskedCondition>().is_ok());
            let mut text = "field=city:eq:".to_owned();
            encode(&asked, &mut text);
            let query = saved(&text);
            prop_assert_eq!(saved(&query), query.clone());
            let (_, value) = query.split_once('=').unwrap();
            prop_assert_eq!(decoded(value).unwrap(), format!("city:eq:{asked}"));
        }
    }
}
