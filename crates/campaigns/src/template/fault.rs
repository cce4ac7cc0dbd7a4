//! What is wrong with the text of a template, and where.

use kernel::{FieldErrors, FieldFault};

/// A part of a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TemplatePart {
    /// The subject.
    Subject,
    /// The mail as HTML.
    Html,
    /// The mail as plain text.
    Text,
}

impl TemplatePart {
    /// Where the part stands in an input, as a JSON pointer.
    #[must_use]
    pub const fn pointer(self) -> &'static str {
        match self {
            Self::Subject => "#/subject",
            Self::Html => "#/html_content",
            Self::Text => "#/text_content",
        }
    }
}

/// Why a part of a template was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, thiserror::Error)]
pub enum TemplateReason {
    /// Nothing but white space.
    #[error("nothing stands here")]
    Empty,
    /// More characters than allowed.
    #[error("there are more than {0} characters")]
    TooLong(usize),
    /// More lines than allowed.
    #[error("there are more than {0} lines")]
    TooManyLines(usize),
    /// More variables in the text than allowed.
    #[error("variables stand at more than {0} places")]
    TooManyPlaceholders(usize),
    /// A control character that no mail needs.
    #[error("there is a control character")]
    Control,
    /// A line break in a subject.
    #[error("a subject has one line")]
    LineBreak,
    /// `{{` without `}}`.
    #[error("a variable begins here and does not end with two closing braces")]
    UnclosedPlaceholder,
    /// Braces with something else than a variable in them.
    #[error(
        "between two opening and two closing braces stands the name of a variable, or name | default: \"text\""
    )]
    MalformedPlaceholder,
    /// A variable that is neither built in nor declared.
    #[error("the variable is neither built in nor declared in `variables`")]
    UnknownVariable,
    /// A place where no escaping makes a value harmless.
    #[error(
        "a variable cannot stand here: only in text, in links and in the quoted value of an attribute that is read as text"
    )]
    PlaceOfVariable,
    /// An attribute's value with a variable and without quotes.
    #[error("the value of an attribute that has a variable needs quotes")]
    Unquoted,
    /// A character reference that a value could complete.
    #[error("write the & before a variable as &amp;")]
    IncompleteReference,
    /// Scripts, frames, plug-ins and what else mail programs do not show.
    #[error("a mail has no scripts, frames, plug-ins or embedded drawings")]
    ActiveContent,
    /// An attribute that runs a script.
    #[error("a mail has no attributes that run scripts")]
    EventHandler,
    /// A link that is none of the kinds that mails may have.
    #[error(
        "a link is an address that begins with https://, http://, mailto: or tel:, or a variable that holds one; \
         an image's address begins with https:// or http://"
    )]
    UnsafeUrl,
    /// A variable in the name of a host.
    #[error(
        "in an address a variable stands after the host and a slash, or is the beginning of the address up to a slash"
    )]
    VariableInHost,
    /// The text ends inside a tag, a comment or a style sheet.
    #[error("the HTML ends inside a tag, a comment or a style sheet")]
    Unfinished,
    /// HTML of which no plain text can be made that keeps the limits of one.
    #[error(
        "the plain text of this would be too long, have too many lines or too many variables; give a text of its own"
    )]
    NoPlainText,
    /// Text that looks like the places of variables look inside.
    #[error("the variables of this text cannot be told from the text around them")]
    Ambiguous,
}

impl TemplateReason {
    /// The stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Empty => "required",
            Self::TooLong(_) => "too-long",
            Self::TooManyLines(_) => "too-many-lines",
            Self::TooManyPlaceholders(_) => "too-many",
            Self::Control => "control-character",
            Self::LineBreak => "line-break",
            Self::UnclosedPlaceholder => "unclosed-variable",
            Self::MalformedPlaceholder => "malformed-variable",
            Self::UnknownVariable => "unknown-variable",
            Self::PlaceOfVariable => "variable-out-of-place",
            Self::Unquoted => "unquoted-attribute",
            Self::IncompleteReference => "incomplete-reference",
            Self::ActiveContent => "active-content",
            Self::EventHandler => "event-handler",
            Self::UnsafeUrl => "unsafe-url",
            Self::VariableInHost => "variable-in-host",
            Self::Unfinished => "unfinished-html",
            Self::NoPlainText => "text-required",
            Self::Ambiguous => "ambiguous-text",
        }
    }
}

/// One thing that is wrong, at a line and a column (both from 1, in characters) of a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TemplateFault {
    /// The part.
    pub part: TemplatePart,
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
    /// What is wrong there.
    pub reason: TemplateReason,
}

/// Everything that is wrong with a template, up to [`TemplateFaults::MAX`] of each part.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TemplateFaults(Vec<TemplateFault>);

impl TemplateFaults {
    /// The most faults that are told of one part.
    pub const MAX: usize = 50;

    /// The faults of one part at these byte offsets of its source.
    pub(super) fn located(
        part: TemplatePart,
        source: &str,
        mut faults: Vec<(usize, TemplateReason)>,
    ) -> Self {
        faults.sort_unstable();
        faults.dedup();
        faults.truncate(Self::MAX);
        let locate = |(at, reason): (usize, TemplateReason)| {
            let before = &source[..source.floor_char_boundary(at)];
            let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
            TemplateFault {
                part,
                line: before.bytes().filter(|b| *b == b'\n').count() + 1,
                column: before[line_start..].chars().count() + 1,
                reason,
            }
        };
        Self(faults.into_iter().map(locate).collect())
    }

    /// The faults of several parts together.
    pub(super) fn extend(&mut self, others: Self) {
        self.0.extend(others.0);
    }

    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The faults, by part and place.
    #[must_use]
    pub fn as_slice(&self) -> &[TemplateFault] {
        &self.0
    }
}

impl From<TemplateFaults> for FieldErrors {
    fn from(faults: TemplateFaults) -> Self {
        let mut errors = Self::default();
        for fault in faults.0 {
            let detail = format!(
                "line {}, column {}: {}",
                fault.line, fault.column, fault.reason
            );
            errors.push(
                fault.part.pointer(),
                FieldFault::new(fault.reason.code(), detail),
            );
        }
        errors
    }
}
