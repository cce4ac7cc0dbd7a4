//! Links that tell who followed them, and the picture that tells when a mail is opened.

use super::html::end_of_body;
use super::markup::{self, Markup};

/// The HTML of a mail in which the links for which `replace` has another address lead there, and which fetches `pixel`
/// when it is shown. `replace` is given the addresses as they are meant, and what it gives must need no escaping.
pub(crate) fn tracked_html(
    html: &str,
    pixel: &str,
    replace: impl Fn(&str) -> Option<String>,
) -> String {
    let (tokens, _) = markup::parse(html);
    let mut pieces = Vec::new();
    for token in &tokens {
        let Markup::Open {
            name, attributes, ..
        } = token
        else {
            continue;
        };
        if name != "a" && name != "area" {
            continue;
        }
        let href = attributes.iter().find(|it| it.name == "href");
        if let Some(href) = href.filter(|href| !href.value.is_empty())
            && let Some(address) = replace(&href.value)
        {
            let end = end_of_value(html, href.value_at);
            pieces.push((href.value_at..end, address));
        }
    }
    let at = end_of_body(&tokens, html.len());
    let image =
        format!("<img src=\"{pixel}\" width=\"1\" height=\"1\" alt=\"\" style=\"border:0\">");
    pieces.push((at..at, image));

    let mut out = String::with_capacity(html.len() + pieces.len() * 300);
    let mut from = 0;
    for (range, text) in pieces {
        // A link behind the end of the body would stand before the picture; browsers move both to the body's end.
        if range.start >= from {
            out.push_str(&html[from..range.start]);
            out.push_str(&text);
            from = range.end;
        }
    }
    out.push_str(&html[from..]);
    out
}

/// Where the value of an attribute ends that begins here: at its quote, or else where a browser ends it.
fn end_of_value(html: &str, at: usize) -> usize {
    let quote = html[..at].chars().next_back();
    let length = match quote {
        Some(quote @ ('"' | '\'')) => html[at..].find(quote),
        _ => html[at..].find(|c: char| c.is_ascii_whitespace() || c == '>'),
    };
    length.map_or(html.len(), |length| at + length)
}
