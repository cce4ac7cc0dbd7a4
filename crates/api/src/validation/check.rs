//! The shapes of checks of addresses on the wire.

use contacts::{CheckedAddress, EmailChecks, Verdict};
use kernel::FieldFault;
use poem_openapi::Object;
use poem_openapi::types::Example;

use crate::input::{Fields, list, text_by};
use crate::schema::{AddressText, ClassificationText, ValidationReasonText, ValidationStatusText};

/// Texts that may be addresses.
#[derive(Object)]
#[oai(example)]
pub(crate) struct EmailChecksRequest {
    /// Up to 1,000 of them; white space around them does not count.
    #[oai(validator(min_items = 1, max_items = 1000))]
    addresses: Vec<AddressText>,
}

/// What is to be thought of addresses.
#[derive(Clone, Debug, Object)]
#[oai(example)]
pub(crate) struct EmailChecksAnswer {
    /// Of each, in the order in which they were sent.
    checks: Vec<EmailCheckAnswer>,
}

/// What is to be thought of an address.
#[derive(Clone, Debug, Object)]
pub(crate) struct EmailCheckAnswer {
    /// The text as it was sent.
    address: AddressText,
    /// What may be done with it.
    status: ValidationStatusText,
    /// Whose address it is.
    classification: ClassificationText,
    /// The form under which addresses are compared.
    normalized: String,
    /// Its domain in ASCII, if the syntax is right.
    domain: Option<String>,
    /// Whether it is written as addresses are.
    syntax_ok: bool,
    /// Whether its domain exists; null where that is unknown, because nobody was asked or nobody answered.
    domain_exists: Option<bool>,
    /// Whether its domain names a mail server; null where that is unknown.
    mx_found: Option<bool>,
    /// How much speaks against it: 0 nothing, 100 a certainty.
    risk_score: u8,
    /// What speaks against it.
    reasons: Vec<ValidationReasonText>,
    /// The domain that was probably meant.
    suggestion: Option<String>,
}

/// Reads texts that may be addresses.
pub(crate) fn addresses(fields: &mut Fields<'_>) -> Option<Vec<String>> {
    let address = text_by(|text| {
        if text.len() <= EmailChecks::MAX_LEN {
            Ok(text.to_owned())
        } else {
            let detail = format!("this has at most {} bytes", EmailChecks::MAX_LEN);
            Err(FieldFault::new("too-long", detail))
        }
    });
    fields.required("addresses", list(1..=EmailChecks::MAX_ADDRESSES, address))
}

impl From<Vec<CheckedAddress>> for EmailChecksAnswer {
    fn from(checked: Vec<CheckedAddress>) -> Self {
        let checks = checked
            .into_iter()
            .map(|checked| EmailCheckAnswer::of(&checked.address, &checked.verdict))
            .collect();
        Self { checks }
    }
}

impl EmailCheckAnswer {
    fn of(address: &str, verdict: &Verdict) -> Self {
        Self {
            address: AddressText::new(address),
            status: ValidationStatusText::new(verdict.status()),
            classification: ClassificationText::new(verdict.classification()),
            normalized: verdict.normalized().to_owned(),
            domain: verdict.ascii_domain().map(str::to_owned),
            syntax_ok: verdict.syntax_ok(),
            domain_exists: verdict.domain_exists(),
            mx_found: verdict.mx_found(),
            risk_score: verdict.risk_score(),
            reasons: verdict
                .reasons()
                .iter()
                .map(ValidationReasonText::new)
                .collect(),
            suggestion: verdict.suggestion().map(str::to_owned),
        }
    }
}

impl Example for EmailChecksRequest {
    fn example() -> Self {
        let addresses = ["Ada@Example.org", "info@gmial.com"];
        Self {
            addresses: addresses.map(AddressText::new).into(),
        }
    }
}

impl Example for EmailChecksAnswer {
    fn example() -> Self {
        Self {
            checks: vec![EmailCheckAnswer {
                address: AddressText::new("info@gmial.com"),
                status: ValidationStatusText::new("risky"),
                classification: ClassificationText::new("role"),
                normalized: "info@gmial.com".to_owned(),
                domain: Some("gmial.com".to_owned()),
                syntax_ok: true,
                domain_exists: None,
                mx_found: None,
                risk_score: 90,
                reasons: ["role_account", "likely_typo"]
                    .map(ValidationReasonText::new)
                    .into(),
                suggestion: Some("gmail.com".to_owned()),
            }],
        }
    }
}
