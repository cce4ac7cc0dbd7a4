//! HTML as the tokens that a browser sees, with their places.

use std::cell::RefCell;
use std::convert::Infallible;

use html5gum::emitters::callback::{CallbackEmitter, CallbackEvent};
use html5gum::{Span, Tokenizer};

/// An attribute of a tag. The name is in lower case, the value has its character references resolved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Attribute {
    pub(super) name: String,
    pub(super) value: String,
    /// Where the name stands.
    pub(super) at: usize,
    /// Where the value begins, behind its quote where it has one; the attribute's own place where it has no value.
    pub(super) value_at: usize,
}

/// A token. Places are byte offsets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Markup {
    /// A start tag.
    Open {
        name: String,
        attributes: Vec<Attribute>,
        at: usize,
    },
    /// An end tag, with the attributes that it should not have.
    Close {
        name: String,
        attributes: Vec<Attribute>,
        at: usize,
    },
    /// Text with its character references resolved, or the raw content of a style sheet and the like.
    Text { text: String, at: usize },
    /// A comment, or what browsers take for one.
    Comment { text: String, at: usize },
    /// A document type.
    Doctype { text: String, at: usize },
}

/// A tag that no template has, to see whether a tag at the end is read as one.
const END: &str = "x-end-of-template";

/// The tokens of an HTML text, and whether text that comes after it stands outside of tags, comments and raw text.
pub(super) fn parse(html: &str) -> (Vec<Markup>, bool) {
    let reader = RefCell::new(Reader::default());
    let emitter = {
        let mut emitter = CallbackEmitter::new(|event: CallbackEvent<'_>, span: Span<usize>| {
            reader.borrow_mut().read(&event, span.start);
            None::<Infallible>
        });
        emitter.naively_switch_states(true);
        emitter
    };
    let probed = format!("{html}<{END}>");
    // Reading from memory cannot fail.
    let Ok(()) = Tokenizer::new_with_emitter(&probed, emitter).finish();
    let mut tokens = reader.into_inner().tokens;
    let finished = matches!(
        tokens.last(),
        Some(Markup::Open { name, at, attributes }) if name == END && *at == html.len() && attributes.is_empty()
    );
    if finished {
        tokens.pop();
    }
    (tokens, finished)
}

#[derive(Default)]
struct Reader {
    tokens: Vec<Markup>,
    attributes: Vec<Attribute>,
    /// The name and place of the start tag that is being read.
    open: Option<(String, usize)>,
}

impl Reader {
    fn read(&mut self, event: &CallbackEvent<'_>, at: usize) {
        match *event {
            CallbackEvent::OpenStartTag { name } => {
                self.attributes.clear();
                self.open = Some((string(name), at));
            }
            CallbackEvent::AttributeName { name } => self.attributes.push(Attribute {
                name: string(name),
                value: String::new(),
                at,
                value_at: at,
            }),
            CallbackEvent::AttributeValue { value } => {
                if let Some(attribute) = self.attributes.last_mut() {
                    attribute.value = string(value);
                    attribute.value_at = at;
                }
            }
            CallbackEvent::CloseStartTag { .. } => {
                let attributes = std::mem::take(&mut self.attributes);
                if let Some((name, at)) = self.open.take() {
                    self.tokens.push(Markup::Open {
                        name,
                        attributes,
                        at,
                    });
                }
            }
            CallbackEvent::EndTag { name } => {
                let attributes = std::mem::take(&mut self.attributes);
                self.tokens.push(Markup::Close {
                    name: string(name),
                    attributes,
                    at,
                });
            }
            CallbackEvent::String { value } => self.tokens.push(Markup::Text {
                text: string(value),
                at,
            }),
            CallbackEvent::Comment { value } => self.tokens.push(Markup::Comment {
                text: string(value),
                at,
            }),
            CallbackEvent::Doctype {
                name,
                public_identifier,
                system_identifier,
                ..
            } => {
                let parts = [Some(name), public_identifier, system_identifier];
                let text = parts.into_iter().flatten().map(string).collect();
                self.tokens.push(Markup::Doctype { text, at });
            }
            CallbackEvent::Error(_) => {}
        }
    }
}

fn string(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_have_their_places() {
        let html = "<!DOCTYPE html><!-- c --><P class=a TITLE=\"b &amp; c\" hidden>é &lt;</P>x";

        let (tokens, finished) = parse(html);

        assert!(finished);
        let attribute = |name: &str, value: &str, at: &str, value_at: Option<&str>| Attribute {
            name: name.to_owned(),
            value: value.to_owned(),
            at: html.find(at).unwrap(),
            value_at: html.find(value_at.unwrap_or(at)).unwrap(),
        };
        assert_eq!(
            tokens,
            [
                Markup::Doctype {
                    text: "html".to_owned(),
                    at: 0
                },
                Markup::Comment {
                    text: " c ".to_owned(),
                    at: 15
                },
                Markup::Open {
                    name: "p".to_owned(),
                    attributes: vec![
                        attribute("class", "a", "class", Some("a TITLE")),
                        attribute("title", "b & c", "TITLE", Some("b &amp;")),
                        attribute("hidden", "", "hidden", None),
                    ],
                    at: html.find("<P").unwrap(),
                },
                Markup::Text {
                    text: "é <".to_owned(),
                    at: html.find('é').unwrap()
                },
                Markup::Close {
                    name: "p".to_owned(),
                    attributes: vec![],
                    at: html.find("</P").unwrap()
                },
                Markup::Text {
                    text: "x".to_owned(),
                    at: html.len() - 1
                },
            ]
        );
    }

    #[test]
    fn what_follows_an_open_tag_comment_or_style_sheet_is_inside() {
        for html in [
            "",
            "a",
            "a <",
            "<p",
            "</p>",
            "<p>",
            "<style>p{}</style>",
            "a &am",
        ] {
            let outside = html != "<p";
            assert_eq!(parse(html).1, outside, "{html}");
        }
        for html in [
            "<p title=\"",
            "<p title='a",
            "<p title=",
            "<!-- a",
            "<!",
            "</",
            "<style>p{}",
            "<title>a",
            "<p title=\"a\" ",
        ] {
            assert!(!parse(html).1, "{html}");
        }
    }
}
