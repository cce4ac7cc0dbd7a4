//! Forms: what is asked, and whether an answer is one.

mod address;
mod answer;
mod check;
mod decimal;
mod definition;
mod field;
mod field_type;
mod key;
mod pattern;
mod rules;

pub use address::ReadAddress;
pub use answer::{Answer, AskedConsent, Response};
pub use decimal::{Decimal, InvalidDecimal};
pub use definition::{AnswerErrors, FormDefinition, UnknownAnswers};
pub(crate) use field::parse_date;
pub use field::{FieldPartFault, FormField, NewField};
pub use field_type::{FieldType, UnknownFieldType};
pub use key::{FieldKey, InvalidFieldKey};
pub use pattern::{InvalidPattern, Pattern};
pub use rules::{FieldOption, FieldRules};
