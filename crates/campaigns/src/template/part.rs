//! Compiled parts of a mail, and what becomes of them for one person.

use kernel::Locale;

use super::address::{self, UrlSlot};
use super::escape;
use super::footer::Footer;
use super::placeholder::Expression;
use super::variable::{BuiltIn, Values, VariableName, Variables};

/// Where a value stands, which is how it has to be escaped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Text of HTML, or the quoted value of an attribute that is read as text.
    Html,
    /// An address in an attribute of HTML.
    Url(UrlSlot),
    /// Plain text.
    Plain,
    /// Part of an address in plain text.
    PlainUrl,
    /// A header.
    Header,
}

/// A piece of a compiled template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// A text that is the same in every mail.
    Text(String),
    /// A value.
    Value {
        expression: Expression,
        place: Place,
    },
    /// The way to leave, where the template has none.
    Footer(Footer),
}

/// What a rendering needs to know.
pub(super) struct Rendering<'a> {
    pub(super) variables: &'a Variables,
    pub(super) values: &'a Values,
    pub(super) locale: &'a Locale,
    pub(super) missing: Vec<VariableName>,
    pub(super) unsafe_urls: Vec<VariableName>,
}

impl Rendering<'_> {
    /// The text of these parts; variables that stand in its way are noted.
    pub(super) fn render(&mut self, parts: &[Part]) -> String {
        let mut out = String::new();
        for part in parts {
            match part {
                Part::Text(text) => out.push_str(text),
                Part::Value { expression, place } => self.value(expression, *place, &mut out),
                Part::Footer(footer) => self.footer(*footer, &mut out),
            }
        }
        out
    }

    fn value(&mut self, expression: &Expression, place: Place, out: &mut String) {
        let (name, value) = match expression {
            Expression::Literal(text) => (None, text.as_str()),
            Expression::Variable { name, default } => {
                let Some(value) = self.resolve(name, default.as_deref()) else {
                    note(&mut self.missing, name);
                    return;
                };
                (Some(name), value)
            }
        };
        match place {
            Place::Html => escape::html(value, out),
            Place::Plain => escape::plain(value, out),
            Place::Header => escape::header(value, out),
            Place::PlainUrl | Place::Url(UrlSlot::Part) => {
                out.push_str(&escape::url_part(value, false));
            }
            Place::Url(UrlSlot::MailPart) => {
                escape::html(&escape::url_part(value, true), out);
            }
            Place::Url(UrlSlot::Whole(links)) => {
                if address::is_whole(value, links) {
                    escape::html(&escape::whole_url(value.trim()), out);
                } else if let Some(name) = name {
                    note(&mut self.unsafe_urls, name);
                }
            }
        }
    }

    fn footer(&mut self, footer: Footer, out: &mut String) {
        let link = VariableName::BuiltIn(BuiltIn::UnsubscribeLink);
        let Some(url) = self.resolve(&link, None) else {
            note(&mut self.missing, &link);
            return;
        };
        footer.render(url, self.locale, out);
    }

    /// The value of a variable, or what stands for it; `None` where there is neither and there must be.
    fn resolve<'v>(&'v self, name: &VariableName, default: Option<&'v str>) -> Option<&'v str> {
        if let Some(value) = self.values.find(name).or(default) {
            return Some(value);
        }
        let declared = self.variables.find(name)?;
        declared
            .default
            .as_deref()
            .or((!declared.required).then_some(""))
    }
}

fn note(names: &mut Vec<VariableName>, name: &VariableName) {
    if !names.contains(name) {
        names.push(name.clone());
    }
}
