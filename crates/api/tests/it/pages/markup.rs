//! Whatever is shown is shown as text.

use api::pages::{LandingPage, Language, Message, MessagePage, Publisher, Typed, UnsubscribePage};
use campaigns::AnswerErrors;
use proptest::prelude::*;

use super::{PUBLISHER, form, page};

/// What people and programs put where a name was expected.
const PAYLOADS: [&str; 34] = [
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "</style><script>alert(1)</script>",
    "</textarea><img src=x onerror=alert(1)>",
    "</option></select><svg onload=alert(1)>",
    "\" onmouseover=\"alert(1)",
    "' onmouseover='alert(1)",
    "\"><img src=x onerror=alert(1)>",
    "'><img src=x onerror=alert(1)>",
    "` onmouseover=`alert(1)",
    "x onfocus=alert(1) autofocus",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;",
    "&quot; onload=&quot;",
    "<!-- ",
    "--> <b>",
    "]]> <b>",
    "<![CDATA[<b>]]>",
    "<?php echo 1 ?>",
    "{{ texts.send }}",
    "{% raw %}",
    "${7*7}",
    "\r\nSet-Cookie: a=b",
    "\u{0}<b>",
    "\u{202e}<b>gpj",
    "<a href=//example.com>",
    "<form action=//example.com>",
    "<base href=//example.com>",
    "<meta http-equiv=refresh content=0>",
    "Zoë & Søren <łódź> \"€\" 'ö'",
];

#[test]
fn nothing_that_is_shown_becomes_markup() {
    for payload in PAYLOADS {
        let form = form(&label_of(payload), &[&label_of(payload)]);
        let typed: Typed = form
            .fields()
            .iter()
            .map(|it| (it.key().to_string(), payload))
            .collect();
        let publisher = Publisher {
            name: payload,
            imprint: Some(payload),
            privacy_url: Some("https://harbour.example/\"><script>"),
        };
        let errors = AnswerErrors::default();
        let shown = LandingPage {
            publisher,
            title: payload,
            text: payload,
            ..page(&form, &typed, &errors, Language::English)
        };
        let harmless = page(&form, &typed, &errors, Language::English);
        assert_same_structure(
            &shown.render().unwrap(),
            &harmless.render().unwrap(),
            payload,
        );

        let message = MessagePage {
            language: Language::German,
            publisher: Some(publisher),
            message: Message::Thanks,
            words: Some(payload),
        };
        let plain = MessagePage {
            publisher: Some(PUBLISHER),
            words: Some("Thanks"),
            ..message
        };
        assert_same_structure(
            &message.render().unwrap(),
            &plain.render().unwrap(),
            payload,
        );
        let leave = UnsubscribePage {
            language: Language::Spanish,
            publisher,
            action: "/u/token",
        };
        let plain = UnsubscribePage {
            publisher: PUBLISHER,
            ..leave
        };
        assert_same_structure(&leave.render().unwrap(), &plain.render().unwrap(), payload);
    }
}

/// Labels are lines without control characters.
fn label_of(payload: &str) -> String {
    payload
        .chars()
        .filter(|c| !c.is_control() && *c != '\u{202e}')
        .collect()
}

/// The names of the elements and of their attributes, in their order.
fn structure(html: &str) -> Vec<String> {
    let mut names = Vec::new();
    for token in html5gum::Tokenizer::new(html).flatten() {
        match token {
            html5gum::Token::StartTag(tag) => {
                names.push(String::from_utf8_lossy(&tag.name).into_owned());
                let attributes = tag.attributes.keys();
                names.extend(attributes.map(|name| format!("@{}", String::from_utf8_lossy(name))));
            }
            html5gum::Token::EndTag(tag) => {
                names.push(format!("/{}", String::from_utf8_lossy(&tag.name)));
            }
            html5gum::Token::Comment(_) => names.push("comment".to_owned()),
            _ => {}
        }
    }
    names
}

fn assert_same_structure(shown: &str, harmless: &str, payload: &str) {
    assert_eq!(structure(shown), structure(harmless), "{payload}");
}

proptest! {
    #[test]
    fn whatever_is_typed_is_shown_as_text(text in any::<String>(), title in any::<String>()) {
        let form = form("Question", &["One"]);
        let typed: Typed = form.fields().iter().map(|it| (it.key().to_string(), text.clone())).collect();
        let nothing: Typed = form.fields().iter().map(|it| (it.key().to_string(), "x")).collect();
        let errors = AnswerErrors::default();
        let boxes = |typed: &Typed| ["on", "true", "yes", "1"].iter().any(|it| text == *it) && typed.has("consent");
        prop_assume!(!boxes(&typed) && text != "o0");
        let shown = LandingPage { title: &title, text: &title, ..page(&form, &typed, &errors, Language::English) };
        let harmless = LandingPage {
            text: if title.is_empty() { "" } else { "x" },
            ..page(&form, &nothing, &errors, Language::English)
        };
        prop_assert_eq!(
            structure(&shown.render().unwrap()),
            structure(&harmless.render().unwrap())
        );
    }
}
