//! Whom mails go to, and who writes them.

use kernel::Locale;
use serde_json::{Map, Value};

use crate::template::{BuiltIn, Values, VariableName};

/// What mails know of a person.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Addressee {
    /// The address.
    pub email: String,
    /// The first name.
    pub first_name: Option<String>,
    /// The last name.
    pub last_name: Option<String>,
    /// The name as the person is called.
    pub display_name: Option<String>,
    /// A phone number.
    pub phone: Option<String>,
    /// For whom the person works.
    pub company: Option<String>,
    /// As what.
    pub job_title: Option<String>,
    /// The language to write in.
    pub locale: Option<Locale>,
    /// Everything else: texts, numbers and truth values.
    pub attributes: Map<String, Value>,
}

/// What mails know of the organization that writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letterhead {
    /// Its name.
    pub name: String,
    /// Who is responsible for its mails.
    pub imprint: Option<String>,
    /// Where it says how it treats personal data.
    pub privacy_url: Option<String>,
    /// The language of its fixed texts.
    pub locale: Locale,
    /// Whether it was deleted: it has no landing pages any more, but people can still leave its mails.
    pub is_deleted: bool,
}

impl Addressee {
    /// The values of the variables that tell of the person. What is not known has an empty one, so that it stands in
    /// the place of a sample.
    #[must_use]
    pub fn values(&self) -> Values {
        let mut values = Values::default();
        let texts = [
            (BuiltIn::FirstName, &self.first_name),
            (BuiltIn::LastName, &self.last_name),
            (BuiltIn::DisplayName, &self.display_name),
            (BuiltIn::Phone, &self.phone),
            (BuiltIn::Company, &self.company),
            (BuiltIn::JobTitle, &self.job_title),
        ];
        for (name, text) in texts {
            let text = text.as_deref().unwrap_or_default();
            values.set(VariableName::BuiltIn(name), text);
        }
        let locale = self.locale.as_ref().map_or("", Locale::as_str);
        values.set(VariableName::BuiltIn(BuiltIn::Locale), locale);
        values.set(VariableName::BuiltIn(BuiltIn::Email), &*self.email);
        for (name, value) in &self.attributes {
            let Ok(name) = name.parse() else {
                // No template can name it.
                continue;
            };
            let text = match value {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            values.set(VariableName::Attribute(name), text);
        }
        values
    }
}

impl Letterhead {
    /// The values of the variables that tell of the organization.
    #[must_use]
    pub fn values(&self) -> Values {
        let mut values = Values::default();
        let texts = [
            (BuiltIn::OrganizationName, Some(&self.name)),
            (BuiltIn::OrganizationImprint, self.imprint.as_ref()),
            (BuiltIn::OrganizationPrivacyUrl, self.privacy_url.as_ref()),
        ];
        for (name, text) in texts {
            let text = text.map(String::as_str).unwrap_or_default();
            values.set(VariableName::BuiltIn(name), text);
        }
        values
    }

    /// The language in which somebody is written to: their own, or the organization's.
    #[must_use]
    pub fn locale_for(&self, addressee: &Addressee) -> Locale {
        let own = addressee.locale.as_ref();
        own.unwrap_or(&self.locale).clone()
    }
}

impl std::fmt::Debug for Addressee {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Addressee(…)")
    }
}
