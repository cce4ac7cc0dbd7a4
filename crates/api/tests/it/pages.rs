//! Pages for the people who are written to.

use api::pages::{
    HONEYPOT, LandingPage, Language, Message, MessagePage, Notice, Publisher, SESSION, Typed,
    UnsubscribePage, page_policy,
};
use campaigns::{
    AnswerErrors, FieldOption, FieldRules, FieldType, FormDefinition, NewField, UnknownAnswers,
};
use kernel::Description;
use proptest::prelude::*;

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

fn field(key: &str, label: &str, field_type: FieldType, rules: FieldRules) -> NewField {
    NewField {
        key: key.parse().unwrap(),
        label: label.to_owned(),
        field_type,
        required: field_type != FieldType::Hidden,
        indexed: None,
        rules,
    }
}

/// A form with a field of each type.
fn form(label: &str, options: &[&str]) -> FormDefinition {
    let options: Vec<_> = options
        .iter()
        .enumerate()
        .map(|(index, label)| FieldOption {
            value: format!("o{index}"),
            label: (*label).to_owned(),
        })
        .collect();
    let fields = FieldType::ALL.iter().map(|field_type| {
        let rules = match field_type {
            FieldType::Select | FieldType::Multiselect => FieldRules {
                options: options.clone(),
                ..FieldRules::default()
            },
            FieldType::Text => FieldRules {
                min_length: Some(3),
                max_length: Some(20),
                ..FieldRules::default()
            },
            FieldType::Number => FieldRules {
                min: Some("1.5".to_owned()),
                ..FieldRules::default()
            },
            _ => FieldRules::default(),
        };
        field(field_type.as_str(), label, *field_type, rules)
    });
    FormDefinition::new(fields.collect(), description(""), None).unwrap()
}

fn description(text: &str) -> Description {
    text.parse().unwrap()
}

const PUBLISHER: Publisher<'static> = Publisher {
    name: "Harbour Brokers",
    imprint: Some("Harbour Brokers Ltd\n1 Quay Street"),
    privacy_url: Some("https://harbour.example/privacy"),
};

fn page<'a>(
    form: &'a FormDefinition,
    typed: &'a Typed,
    errors: &'a AnswerErrors,
    language: Language,
) -> LandingPage<'a> {
    LandingPage {
        language,
        publisher: PUBLISHER,
        title: "Insure your boat",
        text: "Three questions.",
        form,
        action: "/p/boat?t=abc",
        session: Some("A-visit_0"),
        typed,
        errors,
        notice: None,
    }
}

fn errors_of(form: &FormDefinition, typed: &Typed) -> AnswerErrors {
    form.validate(&typed.to_answers(), UnknownAnswers::Ignored)
        .unwrap_err()
}

#[test]
fn every_field_has_its_label_and_its_control() {
    let form = form("Question", &["One", "Two"]);
    let html = page(
        &form,
        &Typed::default(),
        &AnswerErrors::default(),
        Language::English,
    )
    .render()
    .unwrap();

    for field in form.fields() {
        let key = field.key();
        match field.field_type() {
            FieldType::Hidden => {
                assert!(
                    html.contains(&format!("<input type=\"hidden\" name=\"{key}\"")),
                    "{html}"
                );
            }
            FieldType::Multiselect => {
                assert!(html.contains("<legend>Question"), "{html}");
                assert!(
                    html.contains(&format!("<label for=\"f-{key}-1\">One</label>")),
                    "{html}"
                );
            }
            _ => {
                assert!(
                    html.contains(&format!("<label for=\"f-{key}\">Question")),
                    "{html}"
                );
                assert!(
                    html.contains(&format!("id=\"f-{key}\" name=\"{key}\"")),
                    "{html}"
                );
            }
        }
    }
    assert!(
        html.contains("autocomplete=\"email\"") && html.contains("type=\"tel\""),
        "{html}"
    );
    assert!(html.contains("action=\"/p/boat?t=abc\""), "{html}");
    assert!(html.contains(&format!("name=\"{HONEYPOT}\"")), "{html}");
    let session = format!("<input type=\"hidden\" name=\"{SESSION}\" value=\"A-visit_0\">");
    assert!(html.contains(&session), "{html}");
    assert!(
        html.contains("href=\"https://harbour.example/privacy\""),
        "{html}"
    );
    assert!(!html.contains("role=\"alert\""), "{html}");
}

#[test]
fn what_is_wrong_stands_beside_the_field_and_what_was_typed_is_kept() {
    let form = form("Question", &["One", "Two"]);
    let typed: Typed = [
        ("text", "ab"),
        ("textarea", "first\nsecond"),
        ("email", "nobody"),
        ("number", "1"),
        ("select", "o1"),
        ("multiselect", "o0"),
        ("multiselect", "o1"),
        ("consent", "on"),
    ]
    .into_iter()
    .collect();
    let errors = errors_of(&form, &typed);

    let html = page(&form, &typed, &errors, Language::English)
        .render()
        .unwrap();

    assert!(
        html.contains("<title>Please check your answers: Insure your boat"),
        "{html}"
    );
    assert!(
        html.contains("<p class=\"error\" id=\"e-text\">Please enter at least 3 characters.</p>"),
        "{html}"
    );
    assert!(
        html.contains("<p class=\"error\" id=\"e-number\">Please enter 1.5 or more.</p>"),
        "{html}"
    );
    assert!(
        html.contains("id=\"e-email\">Please enter an email address"),
        "{html}"
    );
    assert!(
        html.contains("<a href=\"#f-email\">Question</a>: Please enter an email"),
        "{html}"
    );
    assert!(html.contains("name=\"email\" value=\"nobody\""), "{html}");
    assert!(
        html.contains("aria-invalid=\"true\" aria-describedby=\"e-email\""),
        "{html}"
    );
    assert!(html.contains(">\nfirst\nsecond</textarea>"), "{html}");
    assert!(html.contains("<option value=\"o1\" selected>"), "{html}");
    assert_eq!(html.matches(" checked").count(), 3, "{html}");
    assert!(
        !html.contains("id=\"e-select\"") && !html.contains("id=\"e-consent\""),
        "{html}"
    );
}

#[test]
fn every_fault_is_told_in_every_language() {
    let form = form("Question", &["One", "Two"]);
    let long = "x".repeat(21);
    let cases = [
        (
            "text",
            "",
            [
                "Please fill in",
                "Bitte füllen",
                "Veuillez remplir",
                "Rellene",
            ],
        ),
        (
            "text",
            &long,
            ["at most 20", "höchstens 20", "au plus 20", "máximo 20"],
        ),
        (
            "email",
            "a@",
            ["an email", "eine E-Mail", "adresse e-mail", "de correo"],
        ),
        (
            "phone",
            "call me",
            ["telephone", "Telefonnummer", "téléphone", "teléfono"],
        ),
        (
            "number",
            "many",
            ["a number", "eine Zahl", "un nombre", "un número"],
        ),
        (
            "number",
            "0",
            ["1.5 or more", "1.5 oder mehr", "1.5 ou plus", "1.5 o más"],
        ),
        (
            "date",
            "soon",
            ["a date", "ein Datum", "une date", "una fecha"],
        ),
        (
            "select",
            "o9",
            [
                "one of the options",
                "eine der Mögl",
                "une des options",
                "una de las",
            ],
        ),
        (
            "checkbox",
            "off",
            ["tick this box", "ein Häkchen", "cocher", "Marque"],
        ),
    ];
    for (key, value, sentences) in cases {
        let typed: Typed = [(key, value)].into_iter().collect();
        let errors = errors_of(&form, &typed);
        for (language, sentence) in Language::ALL.iter().zip(sentences) {
            let html = page(&form, &typed, &errors, *language).render().unwrap();
            let sentence = sentence.replace("une des options", "l’une des options");
            let start = html.find(&format!("id=\"e-{key}\"")).unwrap();
            let told = html[start..].split("</p>").next().unwrap();
            assert!(told.contains(&sentence), "{key}: {told}");
            assert!(html.contains(&format!("<html lang=\"{}\">", language.tag())));
        }
    }
}

#[test]
fn a_page_says_why_it_is_shown_again() {
    let form = form("Question", &["One"]);
    let (typed, errors) = (Typed::default(), AnswerErrors::default());
    for notice in [Notice::TooManyRequests, Notice::Busy] {
        let again = LandingPage {
            notice: Some(notice),
            ..page(&form, &typed, &errors, Language::English)
        };
        let html = again.render().unwrap();
        assert!(
            html.contains("role=\"alert\"") && html.contains("are kept below"),
            "{html}"
        );
    }
}

#[test]
fn a_page_loads_nothing_and_runs_nothing() {
    let form = form("Question", &["One"]);
    let (typed, errors) = (Typed::default(), AnswerErrors::default());
    let html = page(&form, &typed, &errors, Language::English)
        .render()
        .unwrap();
    for part in [
        "<script", "src=", "<link", "@import", "url(", "http:", " style=",
    ] {
        assert!(!html.contains(part), "{part} in {html}");
    }
    assert!(page_policy(None).starts_with("default-src 'none'; style-src 'sha256-"));
}

#[test]
fn a_page_of_twenty_fields_is_under_thirty_kilobytes() {
    let options = ["An option of some length"; 10];
    let mut fields = Vec::new();
    for index in 0..20 {
        let field_type = FieldType::ALL[index % FieldType::ALL.len()];
        let mut one = field(
            "k",
            "A question of a usual length?",
            field_type,
            FieldRules::default(),
        );
        one.key = format!("{}_{index}", field_type.as_str()).parse().unwrap();
        if matches!(field_type, FieldType::Select | FieldType::Multiselect) {
            one.rules.options = options
                .iter()
                .enumerate()
                .map(|(index, label)| FieldOption {
                    value: index.to_string(),
                    label: (*label).to_owned(),
                })
                .collect();
        }
        fields.push(one);
    }
    let form = FormDefinition::new(fields, description(""), None).unwrap();
    let typed = Typed::default();
    let errors = errors_of(&form, &typed);
    let html = page(&form, &typed, &errors, Language::French)
        .render()
        .unwrap();
    assert!(html.len() < 30_000, "{} bytes", html.len());
}

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

#[test]
fn every_message_has_a_heading_in_every_language() {
    for language in Language::ALL {
        for message in Message::ALL {
            let page = MessagePage {
                language: *language,
                publisher: None,
                message: *message,
                words: None,
            };
            let html = page.render().unwrap();
            assert!(
                html.contains("<h1>") && !html.contains("<h1></h1>"),
                "{html}"
            );
            assert!(
                !html.contains("<header>") && !html.contains("<footer>"),
                "{html}"
            );
        }
    }
}

#[test]
fn a_link_alone_unsubscribes_nobody() {
    let page = UnsubscribePage {
        language: Language::French,
        publisher: PUBLISHER,
        action: "/u/abc",
    };
    let html = page.render().unwrap();
    assert!(
        html.contains("<form method=\"post\" action=\"/u/abc\">"),
        "{html}"
    );
    assert!(html.contains("Se désabonner"), "{html}");
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
