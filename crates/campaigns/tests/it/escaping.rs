//! No value changes what a mail is made of.

use campaigns::{EmailContent, Unrenderable, Values, Variables};
use html5gum::{Token, Tokenizer};
use kernel::Locale;
use proptest::prelude::*;

/// Values that break out of places that are not guarded.
const PAYLOADS: [&str; 48] = [
    "<script>alert(1)</script>",
    "</p><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<!--",
    "-->",
    "<![CDATA[",
    "]]>",
    "</title><script>alert(1)</script>",
    "</style><script>alert(1)</script>",
    "<",
    "</",
    "<!",
    "<?",
    ">",
    "\"",
    "'",
    "`",
    "\"><script>alert(1)</script>",
    "'><script>alert(1)</script>",
    "\" onmouseover=\"alert(1)",
    "' onmouseover='alert(1)",
    "\" style=\"background:url(javascript:alert(1))",
    " onfocus=alert(1) autofocus=",
    "&",
    "&lt;script&gt;",
    "&#60;script&#62;",
    "&quot; onclick=&quot;",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    " javascript:alert(1)",
    "java\tscript:alert(1)",
    "java\nscript:alert(1)",
    "\u{1}javascript:alert(1)",
    "javascript&colon;alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "data:text/html;base64,PHNjcmlwdD4=",
    "vbscript:msgbox(1)",
    "//evil.example/",
    "\\\\evil.example\\",
    "https://evil.example\" onclick=\"alert(1)",
    "../../evil",
    "?a=b&c=d#e",
    "a\r\nBcc: evil@evil.example",
    "a\nBcc: evil@evil.example",
    "a\rBcc: evil@evil.example",
    "\0\u{202E}\u{2028}\u{FFFE}",
    "{{ email }}{% raw %}${1}",
];

/// What a mail is made of: its tags with the names of their attributes, and the scheme of each address.
fn structure(html: &str) -> Vec<String> {
    let mut emitter = html5gum::DefaultEmitter::default();
    emitter.naively_switch_states(true);
    let mut found = Vec::new();
    for token in Tokenizer::new_with_emitter(html, emitter) {
        let Ok(token) = token;
        match token {
            Token::StartTag(tag) => {
                let attributes = tag.attributes.iter().map(|(name, value)| {
                    let name = String::from_utf8_lossy(name);
                    let value = String::from_utf8_lossy(value);
                    match &*name {
                        "href" | "src" => format!("{name}={}", scheme(&value)),
                        _ => name.into_owned(),
                    }
                });
                let name = String::from_utf8_lossy(&tag.name).into_owned();
                let attributes: Vec<_> = attributes.collect();
                found.push(format!("<{name} {}>", attributes.join(" ")));
            }
            Token::EndTag(tag) => found.push(format!("</{}>", String::from_utf8_lossy(&tag.name))),
            Token::Comment(_) => found.push("comment".to_owned()),
            Token::Doctype(_) => found.push("doctype".to_owned()),
            Token::String(_) | Token::Error(_) => {}
        }
    }
    found
}

/// The scheme as a browser reads it: without white space and control characters, in lower case. A place in the mail
/// itself has none, whatever it is called.
fn scheme(url: &str) -> String {
    let url: String = url
        .chars()
        .filter(|c| !c.is_whitespace() && !c.is_control())
        .collect();
    match url.find([':', '/', '?', '#']) {
        Some(end) if url[end..].starts_with(':') => url[..end].to_lowercase(),
        _ => String::new(),
    }
}

fn render(html: &str, value: &str) -> Result<campaigns::RenderedMail, Unrenderable> {
    let content = EmailContent::new(
        "a {{ attributes.v }} b",
        html,
        Some("c {{ attributes.v }} d {{ link.unsubscribe }}"),
        Variables::default(),
    )
    .unwrap();
    let mut values = Values::sample();
    values.set("attributes.v".parse().unwrap(), value);
    content.render(&values, &Locale::english())
}

#[test]
fn no_payload_adds_an_element_an_attribute_or_a_scheme() {
    for place in [
        "<p>{{ attributes.v }}</p>",
        "<p title=\"a {{ attributes.v }} b\">x</p>",
        "<p title='{{ attributes.v }}'>x</p>",
        "<a href=\"https://a.example/{{ attributes.v }}\">x</a>",
        "<a href='https://a.example/?q={{ attributes.v }}#{{ attributes.v }}'>x</a>",
        "<a href=\"mailto:{{ attributes.v }}?subject={{ attributes.v }}\">x</a>",
        "<a href=\"#{{ attributes.v }}\">x</a>",
        "<img src=\"https://a.example/{{ attributes.v }}.png\" alt=\"{{ attributes.v }}\">",
        "<table><tr><td>{{ attributes.v }}</table>{{ attributes.v }}<b",
    ] {
        let place = place.trim_end_matches("<b");
        let harmless = structure(&render(place, "harmless").unwrap().html);
        for payload in PAYLOADS {
            let mail = render(place, payload).unwrap();
            assert_eq!(structure(&mail.html), harmless, "{place} with {payload:?}");
            assert!(!mail.subject.contains(char::is_control), "{payload:?}");
        }
    }
}

#[test]
fn a_whole_address_is_one_that_mails_may_have_or_there_is_no_mail() {
    for place in [
        "<a href=\"{{ attributes.v }}\">x</a>",
        "<a href='{{ attributes.v }}/path?{{ attributes.v }}'>x</a>",
        "<img src=\"{{ attributes.v }}\">",
    ] {
        let harmless = structure(&render(place, "https://b.example").unwrap().html);
        let mut refused = 0;
        for payload in PAYLOADS {
            match render(place, payload) {
                Ok(mail) => assert_eq!(structure(&mail.html), harmless, "{place} with {payload:?}"),
                Err(unrenderable) => {
                    assert_eq!(unrenderable.unsafe_urls.len(), 1, "{payload:?}");
                    refused += 1;
                }
            }
        }
        assert!(refused >= 46, "{place} took {}", PAYLOADS.len() - refused);
    }
}

#[test]
fn values_are_still_read_as_they_are() {
    let mail = render(
        "<p title=\"{{ attributes.v }}\">{{ attributes.v }}</p><a href=\"https://a.example/?q={{ attributes.v }}\">x</a>",
        "Ł & <Söhne> \"1\"",
    )
    .unwrap();

    assert!(mail.html.starts_with(
        "<p title=\"Ł &amp; &lt;Söhne&gt; &quot;1&quot;\">Ł &amp; &lt;Söhne&gt; &quot;1&quot;</p>\
         <a href=\"https://a.example/?q=%C5%81%20%26%20%3CS%C3%B6hne%3E%20%221%22\">x</a>"
    ));
    assert_eq!(mail.subject, "a Ł & <Söhne> \"1\" b");
    assert!(mail.text.starts_with("c Ł & <Söhne> \"1\" d "));
}

fn fragment() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "<p>",
        "</p>",
        "<p ",
        "title=\"",
        "title='",
        "title=",
        "href=\"",
        "<a href=\"",
        "<img src='",
        "\"",
        "'",
        ">",
        "/>",
        "<",
        "</",
        "<!--",
        "-->",
        "<!",
        "<!DOCTYPE ",
        "<style>",
        "</style>",
        "<title>",
        "</title>",
        "<textarea>",
        "</textarea>",
        "<table>",
        "<b>",
        "style=\"",
        "https://a.example",
        "/",
        "?",
        "#",
        ":",
        "mailto:",
        "java",
        "script:",
        "&",
        "&amp;",
        "&#",
        "&#x3c;",
        "&lt",
        ";",
        "=",
        " ",
        "\n",
        "a",
        "é",
        "on",
        "data-x=\"",
        "<svg>",
        "<script>",
        "]]>",
        "<![CDATA[",
        "{",
        "}",
    ]);
    let slot = prop::sample::select(vec![
        "{{ attributes.v }}",
        "{{ attributes.w }}",
        "{{ attributes.w | default: \"'>\" }}",
        "{{ \"<b>\" }}",
    ]);
    let piece = prop_oneof![4 => pieces, 1 => slot];
    prop::collection::vec(piece, 1..24).prop_map(|pieces| pieces.concat())
}

fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(PAYLOADS.to_vec()).prop_map(str::to_owned),
        "[<>\"'&;=/!? \n:#a-c-]{1,6}",
        "https://[a-z]{1,3}\\.example[/?#][<>\"'& ]{0,3}",
        any::<String>(),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(ProptestConfig::default().cases.max(2_000)))]

    /// Whatever a template is made of and whatever its values are: there is no mail, or one with the same elements,
    /// attributes and schemes as with harmless values.
    #[test]
    fn values_never_change_the_structure(html in fragment(), v in value(), w in value()) {
        let Ok(content) = EmailContent::compile("s", &html, None, Variables::default()) else {
            return Ok(());
        };
        let mail = |v: &str, w: &str| {
            let mut values = Values::sample();
            values.set("attributes.v".parse().unwrap(), v);
            values.set("attributes.w".parse().unwrap(), w);
            content.render(&values, &Locale::english())
        };
        let harmless = [("harmless", "harmless"), ("https://b.example", "https://b.example"),
            ("harmless", "https://b.example"), ("https://b.example", "harmless")];
        let harmless = harmless.into_iter().filter_map(|(v, w)| mail(v, w).ok());
        let harmless: Vec<_> = harmless.map(|mail| structure(&mail.html)).collect();

        if let Ok(mail) = mail(&v, &w) {
            let found = structure(&mail.html);
            prop_assert!(harmless.contains(&found) || has_other_links(&harmless, &found), "{html:?} became {}", mail.html);
        }
    }

    #[test]
    fn any_text_is_a_template_or_is_refused(html in "\\PC{0,60}", subject in any::<String>()) {
        if let Ok(content) = EmailContent::compile(&subject, &html, None, Variables::default()) {
            let _ = content.render(&Values::sample(), &Locale::english());
        }
    }
}

/// A variable that is a whole address may have any of the schemes that mails may have.
fn has_other_links(harmless: &[Vec<String>], found: &[String]) -> bool {
    let plain = |structure: &[String]| -> Vec<String> {
        let of_one = |tag: &String| {
            tag.replace("href=https", "href=link")
                .replace("href=http", "href=link")
                .replace("href=mailto", "href=link")
                .replace("href=tel", "href=link")
        };
        structure.iter().map(of_one).collect()
    };
    harmless.iter().any(|one| plain(one) == plain(found))
}
