//! Templates of mails: text with variables, escaped for each place where one stands.

mod address;
mod content;
mod derive;
mod diff;
mod escape;
mod fault;
mod footer;
mod html;
mod marked;
mod markup;
mod part;
mod placeholder;
mod plain;
mod track;
mod variable;

pub use content::{EmailContent, RenderedMail, Unrenderable};
pub use diff::{ContentDiff, DiffLine, LineChange};
pub use fault::{TemplateFault, TemplateFaults, TemplatePart, TemplateReason};
pub(crate) use track::tracked_html;
pub use variable::{
    AttributeName, BuiltIn, InvalidVariableName, OwnName, Values, Variable, VariableName, Variables,
};
