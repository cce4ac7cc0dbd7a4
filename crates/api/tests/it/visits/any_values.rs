//! What holds whatever is answered, and whatever names are.

use poem::http::Method;
use proptest::prelude::*;
use serde_json::{Value, json};
use testkit::a_unique_id;

use super::{FORM, Site, html};
use crate::campaigns::Office;

/// What people and programs put where a name was expected.
const PAYLOADS: [&str; 32] = [
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
    "<!-- <b>",
    "--> <b>",
    "]]> <b>",
    "<![CDATA[<b>]]>",
    "<?php echo 1 ?>",
    "{{ texts.send }} <i>",
    "{% raw %} <i>",
    "${7*7} <i>",
    "<a href=//example.com>",
    "<form action=//example.com>",
    "<base href=//example.com>",
    "<meta http-equiv=refresh content=0>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "Zoë & Søren <łódź> \"€\" 'ö'",
];

fn encoded(text: &str) -> String {
    let bytes: Vec<_> = text.bytes().map(|byte| format!("%{byte:02X}")).collect();
    bytes.concat()
}

/// The elements and attributes of a page, without their values.
fn structure(page: &str) -> Vec<String> {
    let tokens = html5gum::Tokenizer::new(page).flatten();
    tokens
        .filter_map(|token| match token {
            html5gum::Token::StartTag(tag) => {
                let names = tag.attributes.keys();
                let names: Vec<_> = names
                    .map(|it| String::from_utf8_lossy(it).into_owned())
                    .collect();
                Some(format!("{} {names:?}", String::from_utf8_lossy(&tag.name)))
            }
            html5gum::Token::EndTag(tag) => {
                Some(format!("/{}", String::from_utf8_lossy(&tag.name)))
            }
            html5gum::Token::Comment(_) => Some("comment".to_owned()),
            _ => None,
        })
        .collect()
}

#[tokio::test]
async fn no_value_adds_anything_to_the_structure_of_a_page() {
    let site = Site::open().await;
    let page = site.page();
    let contact = site.office.path(&format!("/contacts/{}", site.contact));
    let here = site.office.path("");
    let plain_known = structure(&html(&site.get(&page).await));
    let plain_kept = structure(&html(
        site.post(&page, "email=a&first_name=b&source=c")
            .await
            .is(422),
    ));
    let mut from = 1;
    let mut ask = async |path: &str, body: String| {
        // Each from another network, so that nobody is told to wait.
        from += 1;
        let asking = site.office.installation.ask(Method::POST, path);
        let asking = asking
            .from(&format!("198.51.{from}.1"))
            .header("content-type", FORM);
        asking.body(body).send().await
    };
    for payload in PAYLOADS {
        let token = site.office.token().await;
        let named = json!({ "first_name": payload });
        let installation = &site.office.installation;
        installation.patch(&contact, &token, &named).await.is(200);
        let organization = json!({ "name": payload });
        installation
            .patch(&here, &token, &organization)
            .await
            .is(200);
        let sent = encoded(payload);

        let known = site.get(&format!("{page}&source={sent}")).await;
        let body = format!("email={sent}&first_name={sent}&source={sent}&{sent}={sent}");
        let kept = ask(&page, body).await;
        let thanks = ask(&page, format!("email=ada%40firm.de&first_name={sent}")).await;

        let known = html(known.is(200));
        assert_eq!(structure(&known), plain_known, "{payload}: {known}");
        let kept = html(kept.is(422));
        assert_eq!(structure(&kept), plain_kept, "{payload}: {kept}");
        let thanks = html(thanks.is(200));
        assert!(
            !thanks.contains("<script") && !thanks.contains("<img"),
            "{thanks}"
        );
    }
}

fn any_field(index: usize) -> impl Strategy<Value = Value> {
    let types = prop::sample::select(vec![
        "text",
        "email",
        "phone",
        "textarea",
        "number",
        "date",
        "select",
        "multiselect",
        "checkbox",
        "consent",
        "hidden",
    ]);
    (types, any::<bool>(), 0..20_u32, 0..20_u32).prop_map(move |(kind, required, low, high)| {
        let rules = match kind {
            "text" | "textarea" => {
                json!({ "min_length": low.min(high), "max_length": low.max(high) + 1 })
            }
            "number" => {
                json!({ "min": low.min(high).to_string(), "max": low.max(high).to_string() })
            }
            "date" => json!({ "min": "2026-01-01" }),
            "select" | "multiselect" => json!({ "options": [
                { "value": "a", "label": "A" }, { "value": "b", "label": "B" } ] }),
            _ => json!({}),
        };
        json!({
            "field_key": format!("f{index}"), "field_label": "Question", "field_type": kind,
            "required": required && kind != "hidden", "validation_rules": rules,
        })
    })
}

fn any_form() -> impl Strategy<Value = Value> {
    (any_field(0), any_field(1), any_field(2)).prop_map(|(a, b, c)| json!([a, b, c]))
}

fn any_answers() -> impl Strategy<Value = Vec<(usize, String)>> {
    let value = prop_oneof![
        "\\PC{0,12}",
        Just("ada@example.com".to_owned()),
        Just("+49 30 1234567".to_owned()),
        Just("2026-03-01".to_owned()),
        "[0-9]{1,3}(\\.[0-9])?",
        prop::sample::select(vec!["a", "b", "on", "\u{0}", "\r\n"]).prop_map(str::to_owned),
    ];
    prop::collection::vec((0..4_usize, value), 0..7)
}

#[test]
fn any_answers_to_any_form_are_taken_or_told_what_is_wrong_by_field() {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_all().build().unwrap();
    let office = runtime.block_on(async {
        let office = Office::open().await;
        office.invite(&["ada@firm.de".to_owned()]).await;
        office
    });
    let noise = prop::collection::vec(any::<u8>(), 0..60);
    let answers = prop::collection::vec(any_answers(), 1..6);
    let config = ProptestConfig::with_cases(64);
    proptest::test_runner::TestRunner::new(config)
        .run(&(any_form(), answers, noise), |(fields, answers, noise)| {
            runtime.block_on(answer_all(&office, fields, &answers, noise));
            Ok(())
        })
        .unwrap();
}

/// Answers a form in all these ways, and checks what is told.
async fn answer_all(
    office: &Office,
    fields: Value,
    answers: &[Vec<(usize, String)>],
    noise: Vec<u8>,
) {
    let form = json!({ "name": "Any", "fields": fields });
    let told = office.post("/forms", &form).await;
    if told.status.as_u16() == 422 {
        // The rules contradict each other, and the form is refused.
        return;
    }
    let slug = format!("any-{}", a_unique_id().simple());
    let version = told.is(201).json()["current_version_id"].clone();
    let further = json!({ "form_version_id": version, "landing_page_slug": slug });
    let campaign = office.campaign(&further).await;
    office.act(&campaign, "launch").await.is(200);
    let body = |answers: &Vec<(usize, String)>| {
        let pairs = answers.iter();
        let pairs = pairs.map(|(field, value)| format!("f{field}={}", encoded(value)));
        pairs.collect::<Vec<_>>().join("&").into_bytes()
    };
    for body in answers.iter().map(body).chain([noise]) {
        let page = format!("/p/{slug}");
        let asking = office.installation.ask(Method::POST, &page);
        let told = asking.header("content-type", FORM).body(body).send().await;
        let page = html(&told);
        match told.status.as_u16() {
            200 => assert!(!page.contains("class=\"error\""), "{page}"),
            422 => assert!(
                page.contains("role=\"alert\"") && page.contains("<li>"),
                "{page}"
            ),
            other => panic!("{other}: {page}"),
        }
    }
}
