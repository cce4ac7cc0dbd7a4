//! Variables: what a mail says differently to each person.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use kernel::{FieldErrors, FieldFault};
use serde_json::{Value, json};

/// What every mail knows without being told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum BuiltIn {
    /// The recipient's address.
    Email,
    /// The recipient's first name.
    FirstName,
    /// The recipient's last name.
    LastName,
    /// The recipient's name as they are called.
    DisplayName,
    /// The recipient's phone number.
    Phone,
    /// For whom the recipient works.
    Company,
    /// As what.
    JobTitle,
    /// The language in which the recipient is written to.
    Locale,
    /// The name of the organization that writes.
    OrganizationName,
    /// Who is responsible for the mail.
    OrganizationImprint,
    /// Where the organization says how it treats personal data.
    OrganizationPrivacyUrl,
    /// The campaign's name.
    CampaignName,
    /// The recipient's own link to the landing page.
    LandingPageLink,
    /// The recipient's own link to leave.
    UnsubscribeLink,
}

impl BuiltIn {
    /// Every built-in variable.
    pub const ALL: &'static [Self] = &[
        Self::Email,
        Self::FirstName,
        Self::LastName,
        Self::DisplayName,
        Self::Phone,
        Self::Company,
        Self::JobTitle,
        Self::Locale,
        Self::OrganizationName,
        Self::OrganizationImprint,
        Self::OrganizationPrivacyUrl,
        Self::CampaignName,
        Self::LandingPageLink,
        Self::UnsubscribeLink,
    ];

    /// The name in templates.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::FirstName => "first_name",
            Self::LastName => "last_name",
            Self::DisplayName => "display_name",
            Self::Phone => "phone",
            Self::Company => "company",
            Self::JobTitle => "job_title",
            Self::Locale => "locale",
            Self::OrganizationName => "organization.name",
            Self::OrganizationImprint => "organization.imprint",
            Self::OrganizationPrivacyUrl => "organization.privacy_url",
            Self::CampaignName => "campaign.name",
            Self::LandingPageLink => "link.landing_page",
            Self::UnsubscribeLink => "link.unsubscribe",
        }
    }

    /// Whether its value is an address on the web.
    #[must_use]
    pub const fn is_url(self) -> bool {
        matches!(
            self,
            Self::OrganizationPrivacyUrl | Self::LandingPageLink | Self::UnsubscribeLink
        )
    }

    const fn sample(self) -> &'static str {
        match self {
            Self::Email => "ada@example.com",
            Self::FirstName => "Ada",
            Self::LastName => "Lovelace",
            Self::DisplayName => "Ada Lovelace",
            Self::Phone => "+44 20 7946 0000",
            Self::Company => "Example Ltd",
            Self::JobTitle => "Analyst",
            Self::Locale => "en",
            Self::OrganizationName => "Your organization",
            Self::OrganizationImprint => "Your organization, 1 Sample Street, Sample Town",
            Self::OrganizationPrivacyUrl => "https://example.com/privacy",
            Self::CampaignName => "Sample campaign",
            Self::LandingPageLink => "https://example.com/p/sample",
            Self::UnsubscribeLink => "https://example.com/u/sample",
        }
    }
}

/// The name of a variable: a built-in one, an attribute of the contact, or one that the template declares.
///
/// Attributes are written `attributes.city`, or `attributes["Favourite colour"]` where the name is no word.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum VariableName {
    /// What every mail knows.
    BuiltIn(BuiltIn),
    /// An attribute of the contact, by its name.
    Attribute(AttributeName),
    /// One that the template declares.
    Own(OwnName),
}

/// The name of a contact's attribute: 1 to 100 characters, no control characters, quotes or braces.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AttributeName(String);

/// The name of a declared variable: 1 to 50 small letters, digits and underscores, a letter first.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct OwnName(String);

/// The text is the name of no variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "not the name of a variable: small letters, digits and underscores such as promo_code, a built-in such as \
     first_name, or an attribute such as attributes.city"
)]
pub struct InvalidVariableName;

impl AttributeName {
    /// The longest name, in characters.
    pub const MAX_LEN: usize = 100;

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for AttributeName {
    type Err = InvalidVariableName;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let length = text.chars().count();
        let plain = |c: char| !c.is_control() && !matches!(c, '"' | '\'' | '{' | '}');
        if length == 0 || length > Self::MAX_LEN || !text.chars().all(plain) {
            return Err(InvalidVariableName);
        }
        Ok(Self(text.to_owned()))
    }
}

impl OwnName {
    /// The longest name, in characters.
    pub const MAX_LEN: usize = 50;

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_word(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

impl FromStr for VariableName {
    type Err = InvalidVariableName;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Some(built_in) = BuiltIn::ALL.iter().find(|it| it.as_str() == text) {
            return Ok(Self::BuiltIn(*built_in));
        }
        let quoted = ["attributes[\"", "attributes['"]
            .into_iter()
            .zip(["\"]", "']"])
            .find_map(|(open, close)| text.strip_prefix(open)?.strip_suffix(close));
        if let Some(name) = quoted {
            return name.parse().map(Self::Attribute);
        }
        if let Some(name) = text.strip_prefix("attributes.") {
            let word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
            return if name.chars().all(word) {
                name.parse().map(Self::Attribute)
            } else {
                Err(InvalidVariableName)
            };
        }
        if is_word(text) && text.len() <= OwnName::MAX_LEN {
            return Ok(Self::Own(OwnName(text.to_owned())));
        }
        Err(InvalidVariableName)
    }
}

impl fmt::Display for VariableName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BuiltIn(built_in) => f.write_str(built_in.as_str()),
            Self::Attribute(AttributeName(name))
                if name
                    .chars()
                    .all(|c| c.is_alphanumeric() || matches!(c, '_' | '-')) =>
            {
                write!(f, "attributes.{name}")
            }
            Self::Attribute(AttributeName(name)) => write!(f, "attributes[\"{name}\"]"),
            Self::Own(OwnName(name)) => f.write_str(name),
        }
    }
}

impl From<InvalidVariableName> for FieldFault {
    fn from(error: InvalidVariableName) -> Self {
        Self::new("invalid-name", error.to_string())
    }
}

/// What a template says of one variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    /// Its name; a built-in or an attribute can be given a default here, too.
    pub name: VariableName,
    /// What stands in the mail where the variable has no value.
    pub default: Option<String>,
    /// Whether a mail may not go out without a value or a default; otherwise nothing stands there.
    pub required: bool,
}

/// The variables that a template declares, in the order in which it does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Variables(Vec<Variable>);

impl Variables {
    /// The most variables of a template.
    pub const MAX: usize = 100;
    /// The longest default, in characters.
    pub const MAX_DEFAULT: usize = 1_000;

    /// The declared variables, refused where there are too many, one is declared twice or a default is too long.
    /// The pointers of the errors begin with `#/variables`.
    pub fn new(variables: Vec<Variable>) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        if variables.len() > Self::MAX {
            let detail = format!("there are more than {} variables", Self::MAX);
            errors.push("#/variables", FieldFault::new("too-many", detail));
            return Err(errors);
        }
        for (index, variable) in variables.iter().enumerate() {
            if variables[..index].iter().any(|it| it.name == variable.name) {
                let fault = FieldFault::new("duplicate", "the variable is declared twice");
                errors.push(format!("#/variables/{index}/name"), fault);
            }
            let default = variable.default.as_deref().unwrap_or_default();
            if default.chars().count() > Self::MAX_DEFAULT {
                let detail = format!("a default has at most {} characters", Self::MAX_DEFAULT);
                let fault = FieldFault::new("too-long", detail);
                errors.push(format!("#/variables/{index}/default"), fault);
            }
            if default.contains('\0') {
                let fault = FieldFault::new("control-character", "a default has no NUL character");
                errors.push(format!("#/variables/{index}/default"), fault);
            }
        }
        if errors.is_empty() {
            Ok(Self(variables))
        } else {
            Err(errors)
        }
    }

    /// The variables in their order.
    #[must_use]
    pub fn as_slice(&self) -> &[Variable] {
        &self.0
    }

    /// The variables as a document: a list of objects of `name`, `default` and `required`.
    #[must_use]
    pub fn to_document(&self) -> Value {
        let variable = |it: &Variable| json!({ "name": it.name.to_string(), "default": it.default, "required": it.required });
        self.0.iter().map(variable).collect()
    }

    /// Reads a document that [`Variables::to_document`] made; `None` where it is none.
    #[must_use]
    pub fn from_document(document: &Value) -> Option<Self> {
        let variable = |it: &Value| {
            let default = match it.get("default")? {
                Value::Null => None,
                text => Some(text.as_str()?.to_owned()),
            };
            Some(Variable {
                name: it.get("name")?.as_str()?.parse().ok()?,
                default,
                required: it.get("required")?.as_bool()?,
            })
        };
        let variables = document.as_array()?.iter().map(variable);
        Self::new(variables.collect::<Option<_>>()?).ok()
    }

    /// What is declared of this name.
    #[must_use]
    pub fn find(&self, name: &VariableName) -> Option<&Variable> {
        self.0.iter().find(|variable| variable.name == *name)
    }

    /// Whether a template may use this name: built-ins and attributes always, others where they are declared.
    #[must_use]
    pub fn knows(&self, name: &VariableName) -> bool {
        !matches!(name, VariableName::Own(_)) || self.find(name).is_some()
    }
}

/// The values of one mail's variables. A value of white space alone counts as none.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Values(BTreeMap<VariableName, String>);

impl Values {
    /// Values that show what a mail looks like: every built-in has one.
    #[must_use]
    pub fn sample() -> Self {
        let built_in = |it: &BuiltIn| (VariableName::BuiltIn(*it), it.sample().to_owned());
        Self(BuiltIn::ALL.iter().map(built_in).collect())
    }

    /// Gives a variable a value.
    pub fn set(&mut self, name: VariableName, value: impl Into<String>) {
        self.0.insert(name, value.into());
    }

    /// These values with those of `others` in their place where both have one.
    #[must_use]
    pub fn overlaid(mut self, others: Self) -> Self {
        self.0.extend(others.0);
        self
    }

    /// The value of a variable.
    #[must_use]
    pub fn find(&self, name: &VariableName) -> Option<&str> {
        let value = self.0.get(name)?;
        (!value.trim().is_empty()).then_some(value)
    }
}

impl fmt::Debug for Values {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Values({} of them)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn own(name: &str) -> Variable {
        Variable {
            name: name.parse().unwrap(),
            default: None,
            required: true,
        }
    }

    #[test]
    fn names_are_built_in_of_the_contact_or_declared() {
        assert_eq!(
            "first_name".parse(),
            Ok(VariableName::BuiltIn(BuiltIn::FirstName))
        );
        assert!(matches!("promo_code".parse(), Ok(VariableName::Own(_))));
        for (text, attribute) in [
            ("attributes.city", "city"),
            ("attributes[\"Favourite colour\"]", "Favourite colour"),
            ("attributes['größe']", "größe"),
        ] {
            let Ok(VariableName::Attribute(name)) = text.parse() else {
                panic!("{text} is an attribute");
            };
            assert_eq!(name.as_str(), attribute);
        }
        for bad in [
            "",
            "Promo",
            "1st",
            "a-b",
            "link.elsewhere",
            "attributes.",
            "attributes.a b",
            "attributes[\"\"]",
            "attributes[\"a'b\"]",
            "a\u{a0}",
        ] {
            assert_eq!(
                bad.parse::<VariableName>(),
                Err(InvalidVariableName),
                "{bad}"
            );
        }
    }

    #[test]
    fn a_variable_is_declared_once_with_a_short_default() {
        let mut long = own("a");
        long.default = Some("x".repeat(Variables::MAX_DEFAULT + 1));

        let errors = Variables::new(vec![long, own("b"), own("b")]).unwrap_err();

        let found: Vec<_> = errors
            .as_slice()
            .iter()
            .map(|error| (error.pointer.as_str(), error.code))
            .collect();
        assert_eq!(
            found,
            [
                ("#/variables/0/default", "too-long"),
                ("#/variables/2/name", "duplicate")
            ]
        );
    }

    #[test]
    fn variables_are_read_back_from_their_document() {
        let mut described = own("attributes[\"Pet name\"]");
        described.default = Some("Rex".to_owned());
        let variables = Variables::new(vec![own("b"), described]).unwrap();

        let document = variables.to_document();

        assert_eq!(Variables::from_document(&document), Some(variables));
        assert_eq!(Variables::from_document(&json!([{ "name": "b" }])), None);
    }

    #[test]
    fn a_value_of_white_space_is_none() {
        let name: VariableName = "first_name".parse().unwrap();
        let mut values = Values::sample();
        assert_eq!(values.find(&name), Some("Ada"));

        values.set(name.clone(), " \t");

        assert_eq!(values.find(&name), None);
    }

    proptest! {
        #[test]
        fn a_name_is_written_as_it_is_read(text in "(attributes\\.|attributes\\[\")?[a-z][a-zA-Z0-9 _é-]{0,8}(\"\\])?") {
            if let Ok(name) = text.parse::<VariableName>() {
                prop_assert_eq!(name.to_string().parse(), Ok(name));
            }
        }
    }
}
