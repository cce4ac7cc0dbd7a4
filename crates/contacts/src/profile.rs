//! What is known of a person besides the address.

use kernel::{Changes, Locale, Patch, TimeZoneName};
use serde_json::{Value, json};

use crate::fold::{fold, fold_whole};
use crate::{Attributes, AttributesChange, ContactText, InvalidAttributes};

/// What is known of a person besides the address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profile {
    /// The first name, or names.
    pub first_name: Option<ContactText>,
    /// The last name.
    pub last_name: Option<ContactText>,
    /// The name as the person is called.
    pub display_name: Option<ContactText>,
    /// A phone number as it was given.
    pub phone: Option<ContactText>,
    /// For whom the person works.
    pub company: Option<ContactText>,
    /// As what.
    pub job_title: Option<ContactText>,
    /// The language to write in.
    pub locale: Option<Locale>,
    /// The time zone to be awake in.
    pub timezone: Option<TimeZoneName>,
    /// Everything else.
    pub attributes: Attributes,
}

/// A partial update of a profile.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProfileChange {
    /// The first name.
    pub first_name: Patch<Option<ContactText>>,
    /// The last name.
    pub last_name: Patch<Option<ContactText>>,
    /// The name as the person is called.
    pub display_name: Patch<Option<ContactText>>,
    /// A phone number.
    pub phone: Patch<Option<ContactText>>,
    /// For whom the person works.
    pub company: Patch<Option<ContactText>>,
    /// As what.
    pub job_title: Patch<Option<ContactText>>,
    /// The language to write in.
    pub locale: Patch<Option<Locale>>,
    /// The time zone.
    pub timezone: Patch<Option<TimeZoneName>>,
    /// Everything else, merged.
    pub attributes: AttributesChange,
}

impl Profile {
    /// The profile after a change; refused where there would be too many attributes.
    pub fn changed(&self, change: &ProfileChange) -> Result<Self, InvalidAttributes> {
        Ok(Self {
            first_name: change.first_name.apply(&self.first_name),
            last_name: change.last_name.apply(&self.last_name),
            display_name: change.display_name.apply(&self.display_name),
            phone: change.phone.apply(&self.phone),
            company: change.company.apply(&self.company),
            job_title: change.job_title.apply(&self.job_title),
            locale: change.locale.apply(&self.locale),
            timezone: change.timezone.apply(&self.timezone),
            attributes: self.attributes.changed(&change.attributes)?,
        })
    }

    /// Adds to `changes` how `self` differs from what it was before.
    pub(crate) fn changes_since(&self, before: Option<&Self>, changes: Changes) -> Changes {
        type Column = (&'static str, fn(&Profile) -> Option<&str>);
        const COLUMNS: [Column; 8] = [
            ("first_name", |p| text(p.first_name.as_ref())),
            ("last_name", |p| text(p.last_name.as_ref())),
            ("display_name", |p| text(p.display_name.as_ref())),
            ("phone", |p| text(p.phone.as_ref())),
            ("company", |p| text(p.company.as_ref())),
            ("job_title", |p| text(p.job_title.as_ref())),
            ("locale", |p| p.locale.as_ref().map(Locale::as_str)),
            ("timezone", |p| {
                p.timezone.as_ref().map(TimeZoneName::as_str)
            }),
        ];
        let changes = COLUMNS.iter().fold(changes, |changes, (name, read)| {
            let old = before.and_then(read);
            changes.field(name, json!(old), json!(read(self)))
        });
        let attributes = |profile: &Self| Value::Object(profile.attributes.as_map().clone());
        let old = before.map_or(Value::Null, attributes);
        changes.field("attributes", old, attributes(self))
    }

    /// The words that a contact with this profile and this normalised address is found by: one space between
    /// them and around the whole. Names come first and in their order, so that phrases can be found; an address is one word,
    /// of which the parts count as words as well (`has_word`).
    #[must_use]
    pub fn search_text(&self, normalized_email: &str) -> String {
        let mut found_by = SearchText::default();
        let (mut plain, mut long) = (Vec::new(), Vec::new());
        for name in [&self.first_name, &self.last_name].into_iter().flatten() {
            let folded = fold(name.as_str());
            plain.extend(folded.plain);
            long.extend(folded.long);
        }
        found_by.add(&plain);
        found_by.add(&long);
        for text in [&self.display_name, &self.company].into_iter().flatten() {
            let folded = fold(text.as_str());
            found_by.add(&folded.plain);
            found_by.add(&folded.long);
        }
        for word in address_words(normalized_email) {
            found_by.add(&[word]);
        }
        found_by.0
    }
}

/// Whether a search text has this word, or an address whose local part or domain it is.
pub(crate) fn has_word(search_text: &str, word: &str) -> bool {
    let has = |text: String| search_text.contains(&text);
    has(format!(" {word} ")) || has(format!(" {word}@")) || has(format!("@{word} "))
}

/// Whether a search text has a word, or the domain of an address, that begins like this.
pub(crate) fn has_beginning(search_text: &str, beginning: &str) -> bool {
    search_text.contains(&format!(" {beginning}")) || search_text.contains(&format!("@{beginning}"))
}

/// The words of the local part, a domain that is a single word, and the whole address.
fn address_words(normalized: &str) -> Vec<String> {
    let mut words = Vec::new();
    for whole in normalized.split_whitespace().map(fold_whole) {
        if let Some((local, domain)) = whole.rsplit_once('@') {
            words.extend(fold(local).plain);
            if domain.chars().all(char::is_alphanumeric) {
                words.push(domain.to_owned());
            }
        }
        words.push(whole);
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Words in a row, each sequence once.
struct SearchText(String);

impl Default for SearchText {
    fn default() -> Self {
        Self(" ".to_owned())
    }
}

impl SearchText {
    fn add(&mut self, words: &[String]) {
        let sequence = words.join(" ");
        if sequence.is_empty() || self.0.contains(&format!(" {sequence} ")) {
            return;
        }
        self.0.push_str(&sequence);
        self.0.push(' ');
    }
}

fn text(value: Option<&ContactText>) -> Option<&str> {
    value.map(ContactText::as_str)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_contact_is_found_by_names_company_and_all_parts_of_the_address_once_each() {
        let profile = Profile {
            first_name: ContactText::lossy("Jürgen"),
            last_name: ContactText::lossy("Groß"),
            display_name: ContactText::lossy("Jürgen Groß"),
            company: ContactText::lossy("Groß & Söhne"),
            ..Profile::default()
        };

        assert_eq!(
            profile.search_text("j.gross+x@mail.example.com"),
            " jurgen gross juergen gross gross sohne gross soehne j x j.gross+x@mail.example.com "
        );
        assert_eq!(Profile::default().search_text("no address"), " no address ");
        assert_eq!(
            Profile::default().search_text("Ada@localhost"),
            " ada localhost ada@localhost "
        );
    }

    #[test]
    fn an_address_has_its_parts_as_words() {
        let text = Profile::default().search_text("ada.l+news@mail.example.com");

        for word in [
            "ada.l+news@mail.example.com",
            "ada.l+news",
            "mail.example.com",
            "ada",
            "l",
            "news",
        ] {
            assert!(has_word(&text, word), "{word}");
        }
        for beginning in ["ada.l+n", "mail.ex", "ada.l+news@mail"] {
            assert!(has_beginning(&text, beginning) && !has_word(&text, beginning));
        }
        for other in ["ada.l", "example.com", "mail", "news@mail.example.com", "@"] {
            assert!(!has_word(&text, other), "{other}");
        }
    }

    proptest! {
        /// Storage looks for such a word alone, and not for an address with that part.
        #[test]
        fn a_part_of_an_address_without_signs_is_a_word_of_its_own(
            address in "[a-zA-Z0-9ßéİ'\"@. _-]{0,12}(@[a-z.é-]{0,6})?|\\PC{0,20}",
            from in 0_usize..12,
            length in 1_usize..6,
        ) {
            let text = Profile::default().search_text(&address);
            let part = text.chars().skip(from).take(length).collect::<String>();
            for word in fold(&address).plain.into_iter().chain([part]) {
                if !word.is_empty() && word.chars().all(char::is_alphanumeric) {
                    prop_assert_eq!(has_word(&text, &word), text.contains(&format!(" {word} ")));
                }
            }
        }
    }
}
