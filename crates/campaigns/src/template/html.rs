//! Compiling HTML: where each variable stands, by the tokens that a browser sees.

use super::address::{self, UrlSlot};
use super::fault::TemplateReason;
use super::footer::Footer;
use super::marked::Marked;
use super::markup::{Attribute, Markup};
use super::part::{Part, Place};
use super::placeholder::{Expression, Misplaced, Slot};
use super::variable::{BuiltIn, VariableName, Variables};

/// Elements that run something, load something into the mail, or make browsers read what follows by other rules than
/// those of HTML; mail programs show none of them.
const ACTIVE: [&str; 18] = [
    "applet",
    "base",
    "embed",
    "frame",
    "frameset",
    "iframe",
    "math",
    "noembed",
    "noframes",
    "noscript",
    "object",
    "plaintext",
    "portal",
    "script",
    "svg",
    "template",
    "xml",
    "xmp",
];

/// Elements whose content is no HTML.
const RAW: [&str; 3] = ["style", "textarea", "title"];

/// Attributes whose value is text for people or a plain word, so that escaping makes every value harmless. All that
/// begin with `aria-` and `data-` are, too.
const TEXTUAL: [&str; 16] = [
    "abbr",
    "align",
    "alt",
    "bgcolor",
    "class",
    "color",
    "dir",
    "height",
    "id",
    "label",
    "lang",
    "placeholder",
    "summary",
    "title",
    "value",
    "width",
];

/// The parts of an HTML source with these variables, or what is wrong with it, be it only that what was `declared` of a
/// variable does not suit the place where it stands.
pub(super) fn compile(
    source: &str,
    slots: &[Slot],
    declared: Option<&Variables>,
    marked: &Marked<'_>,
    tokens: &[Markup],
    finished: bool,
) -> Result<Vec<Part>, Vec<Misplaced>> {
    let mut compiler = Compiler {
        marked,
        slots,
        declared,
        places: vec![None; slots.len()],
        seen: vec![0; slots.len()],
        has_way_out: false,
        faults: Vec::new(),
    };
    if !finished {
        compiler
            .faults
            .push((source.len(), TemplateReason::Unfinished));
    }
    let mut in_raw = false;
    for token in tokens {
        compiler.token(token, in_raw);
        in_raw = matches!(token, Markup::Open { name, .. } if RAW.contains(&name.as_str()));
    }
    compiler.references(source);
    if compiler.faults.is_empty() {
        compiler.all_are_told();
    }
    if !compiler.faults.is_empty() {
        return Err(compiler.faults);
    }
    let footer = (!compiler.has_way_out)
        .then(|| marked.source_offset(end_of_body(tokens, marked.text.len())));
    Ok(assemble(source, slots, &compiler.places, footer))
}

/// Whether people follow what stands in this attribute, where programs do not fetch it for them.
fn is_followed(element: &str, attribute: &str) -> bool {
    matches!(element, "a" | "area") && attribute == "href"
}

/// Whether the variable is the link to leave.
pub(super) fn leaves(expression: &Expression) -> bool {
    matches!(
        expression,
        Expression::Variable {
            name: VariableName::BuiltIn(BuiltIn::UnsubscribeLink),
            ..
        }
    )
}

/// Where the body ends: at its end tag, at that of the document, or at the end of all.
pub(super) fn end_of_body(tokens: &[Markup], length: usize) -> usize {
    let close = |wanted: &str| {
        tokens.iter().rev().find_map(|token| match token {
            Markup::Close { name, at, .. } if name == wanted => Some(*at),
            _ => None,
        })
    };
    close("body").or_else(|| close("html")).unwrap_or(length)
}

fn assemble(
    source: &str,
    slots: &[Slot],
    places: &[Option<Place>],
    footer: Option<usize>,
) -> Vec<Part> {
    let mut parts = Vec::with_capacity(slots.len() * 2 + 2);
    let text = |parts: &mut Vec<Part>, from: usize, to: usize| match footer {
        Some(at) if (from..=to).contains(&at) && !parts.contains(&Part::Footer(Footer::Html)) => {
            parts.push(Part::Text(source[from..at].to_owned()));
            parts.push(Part::Footer(Footer::Html));
            parts.push(Part::Text(source[at..to].to_owned()));
        }
        _ => parts.push(Part::Text(source[from..to].to_owned())),
    };
    let mut from = 0;
    for (slot, place) in slots.iter().zip(places) {
        text(&mut parts, from, slot.range.start);
        if let Some(place) = place {
            parts.push(Part::Value {
                expression: slot.expression.clone(),
                place: *place,
            });
        }
        from = slot.range.end;
    }
    text(&mut parts, from, source.len());
    parts.retain(|part| !matches!(part, Part::Text(text) if text.is_empty()));
    parts
}

struct Compiler<'a> {
    marked: &'a Marked<'a>,
    slots: &'a [Slot],
    declared: Option<&'a Variables>,
    places: Vec<Option<Place>>,
    /// How often each variable was found.
    seen: Vec<usize>,
    /// Whether a link that people can follow leads to where they leave.
    has_way_out: bool,
    faults: Vec<Misplaced>,
}

impl Compiler<'_> {
    fn fault(&mut self, at: usize, reason: TemplateReason) {
        self.faults.push((self.marked.source_offset(at), reason));
    }

    fn token(&mut self, token: &Markup, in_raw: bool) {
        match token {
            Markup::Open {
                name,
                attributes,
                at,
            } => {
                self.nowhere(name);
                if ACTIVE.contains(&name.as_str()) {
                    self.fault(*at, TemplateReason::ActiveContent);
                }
                for attribute in attributes {
                    self.attribute(name, attribute);
                }
            }
            Markup::Close {
                name, attributes, ..
            } => {
                self.nowhere(name);
                for attribute in attributes {
                    self.nowhere(&attribute.name);
                    self.nowhere(&attribute.value);
                }
            }
            Markup::Text { text, .. } if in_raw => self.nowhere(text),
            Markup::Text { text, .. } => {
                for slot in self.marked.split(text).slots {
                    self.place(slot, Place::Html);
                }
            }
            Markup::Comment { text, .. } | Markup::Doctype { text, .. } => self.nowhere(text),
        }
    }

    /// Refuses all variables in a text.
    fn nowhere(&mut self, text: &str) {
        for slot in self.marked.split(text).slots {
            self.refuse(slot, TemplateReason::PlaceOfVariable);
        }
    }

    fn place(&mut self, slot: usize, place: Place) {
        self.seen[slot] += 1;
        self.places[slot] = Some(place);
    }

    fn refuse(&mut self, slot: usize, reason: TemplateReason) {
        self.seen[slot] += 1;
        self.faults.push((self.slots[slot].range.start, reason));
    }

    fn attribute(&mut self, element: &str, attribute: &Attribute) {
        let name = attribute.name.as_str();
        self.nowhere(name);
        let refreshes = element == "meta"
            && name == "http-equiv"
            && attribute.value.trim().eq_ignore_ascii_case("refresh");
        if refreshes || name == "srcdoc" {
            self.fault(attribute.at, TemplateReason::ActiveContent);
        }
        if name.starts_with("on") {
            self.fault(attribute.at, TemplateReason::EventHandler);
        }
        let split = self.marked.split(&attribute.value);
        if let Some(links) = address::links(name) {
            match address::slots(&split.texts, links) {
                Ok(told) => {
                    for (slot, place) in split.slots.iter().zip(told) {
                        if self.is_fit(*slot, place) {
                            self.place(*slot, Place::Url(place));
                            self.has_way_out |= is_followed(element, name)
                                && matches!(place, UrlSlot::Whole(_))
                                && leaves(&self.slots[*slot].expression);
                        } else {
                            self.refuse(*slot, TemplateReason::UnsafeUrl);
                        }
                    }
                }
                Err(reason) => {
                    self.fault(attribute.value_at, reason);
                    for slot in &split.slots {
                        self.seen[*slot] += 1;
                    }
                }
            }
        } else {
            let textual =
                TEXTUAL.contains(&name) || name.starts_with("aria-") || name.starts_with("data-");
            for slot in &split.slots {
                if textual {
                    self.place(*slot, Place::Html);
                } else {
                    self.refuse(*slot, TemplateReason::PlaceOfVariable);
                }
            }
        }
        if split
            .slots
            .iter()
            .any(|slot| !self.is_quoted(attribute, *slot))
        {
            self.fault(attribute.value_at, TemplateReason::Unquoted);
        }
    }

    /// Whether what stands here without a value is an address where it has to be one.
    fn is_fit(&self, slot: usize, place: UrlSlot) -> bool {
        let UrlSlot::Whole(links) = place else {
            return true;
        };
        match &self.slots[slot].expression {
            Expression::Literal(text) => address::is_whole(text, links),
            Expression::Variable {
                default: Some(default),
                ..
            } => address::is_whole(default, links),
            Expression::Variable { name, .. } => {
                let declared = self.declared.and_then(|declared| declared.find(name));
                declared.is_none_or(|declared| match &declared.default {
                    Some(default) => address::is_whole(default, links),
                    // Where it may be nothing, nothing would stand there.
                    None => declared.required,
                })
            }
        }
    }

    /// Whether the variable stands between the quotes of this attribute's value.
    fn is_quoted(&self, attribute: &Attribute, slot: usize) -> bool {
        let text = self.marked.text.as_bytes();
        let quote = attribute.value_at.checked_sub(1).map(|at| text[at]);
        let Some(quote) = quote.filter(|quote| matches!(quote, b'"' | b'\'')) else {
            return false;
        };
        let word = self.marked.word(slot);
        attribute.value_at <= word.start
            && !text[attribute.value_at..word.end].contains(&quote)
            && text[word.end..].contains(&quote)
    }

    /// Refuses what a value could complete to a character reference: `&{{ a }}`, `&#{{ a }}`, `&am{{ a }}`.
    fn references(&mut self, source: &str) {
        let mut from = 0;
        for slot in self.slots {
            let before = &source[from..slot.range.start];
            let open = before
                .trim_end_matches(|c: char| c.is_ascii_alphanumeric())
                .trim_end_matches('#')
                .ends_with('&');
            if open {
                self.faults
                    .push((slot.range.start, TemplateReason::IncompleteReference));
            }
            from = slot.range.end;
        }
    }

    /// Refuses variables that were not found once and in one place, whatever the reason.
    fn all_are_told(&mut self) {
        for (slot, seen) in self.slots.iter().zip(&self.seen) {
            if *seen != 1 {
                self.faults
                    .push((slot.range.start, TemplateReason::Ambiguous));
            }
        }
    }
}
