//! What a mail says: subject, HTML, plain text, and the variables in them.

use kernel::{FieldErrors, FieldFault, Locale};

use super::fault::{TemplateFaults, TemplatePart, TemplateReason};
use super::marked::Marked;
use super::part::{Part, Rendering};
use super::placeholder::{self, Expression, Misplaced, Slot};
use super::variable::{Values, VariableName, Variables};
use super::{derive, html, markup, plain};

/// What a mail says, checked and compiled: nothing in it can go wrong later but the values of variables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmailContent {
    subject: String,
    html: String,
    text: String,
    variables: Variables,
    compiled: Compiled,
}

/// Which rules a template has to keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rules {
    /// All that there are.
    OfToday,
    /// Those that were there when the first templates were stored: neither are declared defaults looked at, nor was a text
    /// that was derived held to the limits of one.
    OfOld,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Compiled {
    subject: Vec<Part>,
    html: Vec<Part>,
    text: Vec<Part>,
}

/// A mail as one person gets it.
#[derive(Clone, PartialEq, Eq)]
pub struct RenderedMail {
    /// The subject: one line.
    pub subject: String,
    /// The mail as HTML.
    pub html: String,
    /// The mail as plain text.
    pub text: String,
}

impl std::fmt::Debug for RenderedMail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RenderedMail(… {} bytes)", self.html.len())
    }
}

/// The variables whose values stand in the way of a mail.
#[derive(Clone, Debug, Default, PartialEq, Eq, thiserror::Error)]
#[error("a mail cannot be made because of its variables: {}", names(.missing, .unsafe_urls))]
pub struct Unrenderable {
    /// Those that have neither a value nor a default.
    pub missing: Vec<VariableName>,
    /// Those that stand for an address, and whose value is none that mails may have.
    pub unsafe_urls: Vec<VariableName>,
}

fn names(missing: &[VariableName], unsafe_urls: &[VariableName]) -> String {
    let names = missing.iter().chain(unsafe_urls).map(ToString::to_string);
    names.collect::<Vec<_>>().join(", ")
}

impl From<Unrenderable> for FieldErrors {
    fn from(unrenderable: Unrenderable) -> Self {
        let mut errors = Self::default();
        // The names are those of the template that is stored.
        for name in &unrenderable.missing {
            let detail = format!("the variable `{name}` has neither a value nor a default");
            errors.push("#/values", FieldFault::new("required", detail));
        }
        for name in &unrenderable.unsafe_urls {
            let detail = format!(
                "the variable `{name}` stands for an address: https://, http://, and in links mailto: or tel:"
            );
            errors.push("#/values", FieldFault::new("unsafe-url", detail));
        }
        errors
    }
}

impl EmailContent {
    /// The longest subject, in characters, its variables' names included.
    pub const MAX_SUBJECT: usize = 500;
    /// The longest HTML, in characters.
    pub const MAX_HTML: usize = 200_000;
    /// The longest plain text, in characters.
    pub const MAX_TEXT: usize = 100_000;
    /// The most lines of HTML or text.
    pub const MAX_LINES: usize = 5_000;
    /// The most places of variables in one part.
    pub const MAX_PLACEHOLDERS: usize = 500;

    /// Checks and compiles a mail. Where `text` is absent or blank, it is derived from the HTML.
    ///
    /// Line breaks are kept as `\n`. The errors' pointers are `#/subject`, `#/html_content` and `#/text_content`, and
    /// they tell lines and columns.
    pub fn new(
        subject: &str,
        html: &str,
        text: Option<&str>,
        variables: Variables,
    ) -> Result<Self, FieldErrors> {
        Self::compile(subject, html, text, variables).map_err(FieldErrors::from)
    }

    /// The same as [`Self::new`], with faults instead of errors of fields.
    pub fn compile(
        subject: &str,
        html: &str,
        text: Option<&str>,
        variables: Variables,
    ) -> Result<Self, TemplateFaults> {
        Self::read(subject, html, text, variables, Rules::OfToday)
    }

    /// A mail as it was stored. What was accepted once is read although rules were added since.
    pub fn restore(
        subject: &str,
        html: &str,
        text: &str,
        variables: Variables,
    ) -> Result<Self, TemplateFaults> {
        Self::read(subject, html, Some(text), variables, Rules::OfOld)
    }

    fn read(
        subject: &str,
        html: &str,
        text: Option<&str>,
        variables: Variables,
        rules: Rules,
    ) -> Result<Self, TemplateFaults> {
        let subject = subject.trim().to_owned();
        let html = unix_lines(html);
        let mut faults = TemplateFaults::default();
        let mut keep = |part, source: &str, result: Result<_, Vec<Misplaced>>| {
            result
                .map_err(|found| faults.extend(TemplateFaults::located(part, source, found)))
                .ok()
        };

        let compiled_subject = scan_subject(&subject, &variables);
        let compiled_subject = keep(TemplatePart::Subject, &subject, compiled_subject);

        let mut derived = String::new();
        let compiled_html = compile_html(&html, &variables, rules, &mut derived);
        let compiled_html = keep(TemplatePart::Html, &html, compiled_html);

        let given = text.map(unix_lines).filter(|text| !text.trim().is_empty());
        let compiled_text = match &given {
            Some(text) => {
                let compiled = scan_text(text, &variables, rules);
                keep(TemplatePart::Text, text, compiled)
            }
            // Of pictures alone nothing can be said.
            None if derived.trim().is_empty() => Some(plain::text(&derived, &[])),
            None => {
                let compiled = scan_text(&derived, &variables, rules);
                let compiled = compiled.ok();
                let compiled = compiled.ok_or_else(|| vec![(0, TemplateReason::NoPlainText)]);
                keep(TemplatePart::Html, &html, compiled)
            }
        };

        match (compiled_subject, compiled_html, compiled_text) {
            (Some(compiled_subject), Some(compiled_html), Some(compiled_text)) => Ok(Self {
                subject,
                html,
                text: given.unwrap_or(derived),
                variables,
                compiled: Compiled {
                    subject: compiled_subject,
                    html: compiled_html,
                    text: compiled_text,
                },
            }),
            _ => Err(faults),
        }
    }

    /// The subject with its variables' names.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// The HTML with its variables' names.
    #[must_use]
    pub fn html(&self) -> &str {
        &self.html
    }

    /// The plain text with its variables' names.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What the template declares of variables.
    #[must_use]
    pub const fn variables(&self) -> &Variables {
        &self.variables
    }

    /// The variables that stand somewhere in the mail, each once, in the order of their names.
    #[must_use]
    pub fn used(&self) -> Vec<&VariableName> {
        let parts = [
            &self.compiled.subject,
            &self.compiled.html,
            &self.compiled.text,
        ];
        let name = |part| match part {
            &Part::Value {
                expression: Expression::Variable { ref name, .. },
                ..
            } => Some(name),
            _ => None,
        };
        let mut names: Vec<_> = parts.into_iter().flatten().filter_map(name).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// The mail with these values. Each value is escaped for the place where it stands; where HTML or text has no link
    /// to leave, one is added at its end, in the language of `locale`.
    pub fn render(&self, values: &Values, locale: &Locale) -> Result<RenderedMail, Unrenderable> {
        let mut rendering = Rendering {
            variables: &self.variables,
            values,
            locale,
            missing: Vec::new(),
            unsafe_urls: Vec::new(),
        };
        let subject = rendering.render(&self.compiled.subject).trim().to_owned();
        let html = rendering.render(&self.compiled.html);
        let text = rendering.render(&self.compiled.text);
        if rendering.missing.is_empty() && rendering.unsafe_urls.is_empty() {
            Ok(RenderedMail {
                subject,
                html,
                text,
            })
        } else {
            Err(Unrenderable {
                missing: rendering.missing,
                unsafe_urls: rendering.unsafe_urls,
            })
        }
    }
}

fn unix_lines(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}

fn scan_subject(source: &str, variables: &Variables) -> Result<Vec<Part>, Vec<Misplaced>> {
    let mut faults = limits(source, EmailContent::MAX_SUBJECT);
    if let Some(at) = source.find(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}']) {
        faults.push((at, TemplateReason::LineBreak));
    } else if let Some(at) = source.find(char::is_control) {
        faults.push((at, TemplateReason::Control));
    }
    let slots = scanned(source, variables, faults)?;
    few_enough(&slots)?;
    Ok(plain::subject(source, &slots))
}

fn scan_text(
    source: &str,
    variables: &Variables,
    rules: Rules,
) -> Result<Vec<Part>, Vec<Misplaced>> {
    if rules == Rules::OfOld {
        let slots = scanned(source, variables, Vec::new())?;
        return Ok(plain::text(source, &slots));
    }
    let limits = body_limits(source, EmailContent::MAX_TEXT);
    let slots = scanned(source, variables, limits)?;
    few_enough(&slots)?;
    Ok(plain::text(source, &slots))
}

fn compile_html(
    source: &str,
    variables: &Variables,
    rules: Rules,
    derived: &mut String,
) -> Result<Vec<Part>, Vec<Misplaced>> {
    let slots = scanned(
        source,
        variables,
        body_limits(source, EmailContent::MAX_HTML),
    )?;
    few_enough(&slots)?;
    let marked = Marked::new(source, &slots);
    let (tokens, finished) = markup::parse(&marked.text);
    let declared = (rules == Rules::OfToday).then_some(variables);
    let parts = html::compile(source, &slots, declared, &marked, &tokens, finished)?;
    *derived = derive::text(source, &slots, &marked, &tokens);
    Ok(parts)
}

/// The variables of a source that is within its limits and uses only what is known.
fn scanned(
    source: &str,
    variables: &Variables,
    mut faults: Vec<Misplaced>,
) -> Result<Vec<Slot>, Vec<Misplaced>> {
    if !faults.is_empty() {
        return Err(faults);
    }
    let (slots, malformed) = placeholder::scan(source);
    faults.extend(malformed);
    for slot in &slots {
        if let Expression::Variable { name, .. } = &slot.expression
            && !variables.knows(name)
        {
            faults.push((slot.range.start, TemplateReason::UnknownVariable));
        }
    }
    if faults.is_empty() {
        Ok(slots)
    } else {
        Err(faults)
    }
}

fn few_enough(slots: &[Slot]) -> Result<(), Vec<Misplaced>> {
    let most = EmailContent::MAX_PLACEHOLDERS;
    match slots.get(most) {
        Some(slot) => Err(vec![(
            slot.range.start,
            TemplateReason::TooManyPlaceholders(most),
        )]),
        None => Ok(()),
    }
}

fn limits(source: &str, longest: usize) -> Vec<Misplaced> {
    if source.trim().is_empty() {
        return vec![(0, TemplateReason::Empty)];
    }
    match source.char_indices().nth(longest) {
        Some((at, _)) => vec![(at, TemplateReason::TooLong(longest))],
        None => Vec::new(),
    }
}

fn body_limits(source: &str, longest: usize) -> Vec<Misplaced> {
    let mut faults = limits(source, longest);
    let most = EmailContent::MAX_LINES;
    if let Some((at, _)) = source.match_indices('\n').nth(most - 1) {
        faults.push((at, TemplateReason::TooManyLines(most)));
    }
    let control = |c: char| c.is_control() && !matches!(c, '\n' | '\t');
    if let Some(at) = source.find(control) {
        faults.push((at, TemplateReason::Control));
    }
    faults
}
