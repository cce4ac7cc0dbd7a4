//! Templates of mails, from their first version to a preview.

use serde_json::json;

use crate::installation::Installation;
use crate::office::column;

fn path(organization: &str, rest: &str) -> String {
    format!("/v1/organizations/{organization}/email-templates{rest}")
}

#[tokio::test]
async fn an_organization_starts_with_templates_that_can_be_previewed() {
    let installation = Installation::new();
    let (organization, owner) = installation.founded().await;

    let listed = installation
        .get(&path(&organization, ""), &owner.token)
        .await;

    let keys = column(listed.is(200), "template_key");
    assert_eq!(keys, ["announcement", "invitation"]);
    for template in listed.json()["items"].as_array().unwrap() {
        let (id, version) = (&template["id"], &template["active_version_id"]);
        let preview = format!(
            "/{}/versions/{}/preview",
            id.as_str().unwrap(),
            version.as_str().unwrap()
        );
        let shown = installation
            .post(&path(&organization, &preview), &owner.token, &json!({}))
            .await;
        let shown = shown.is(200).json();
        let html = shown["html_content"].as_str().unwrap();
        assert!(html.contains("https://example.com/u/sample"));
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_template_is_told_with_its_place() {
    let installation = Installation::new();
    let (organization, owner) = installation.founded().await;
    let body = json!({
        "name": "News",
        "subject": "{{ unheard_of }}",
        "html_content": "<p>\n<a href=\"javascript:alert(1)\">x</a>",
        "text_content": "{{",
    });

    let refused = installation
        .post(&path(&organization, ""), &owner.token, &body)
        .await;

    let faults = refused.is(422).faults();
    let expected = [
        ("#/subject", "unknown-variable"),
        ("#/html_content", "unsafe-url"),
        ("#/text_content", "unclosed-variable"),
    ];
    assert_eq!(
        faults,
        expected.map(|(at, code)| (at.to_owned(), code.to_owned()))
    );
    let refused = refused.json();
    let detail = refused["errors"][1]["detail"].as_str().unwrap();
    assert!(detail.starts_with("line 2, column 10: "), "{detail}");
    assert!(!refused.to_string().contains("unheard_of"));
}

#[tokio::test]
async fn a_variable_that_is_declared_twice_is_told_with_its_place() {
    let installation = Installation::new();
    let (organization, owner) = installation.founded().await;
    let body = json!({
        "name": "News",
        "subject": "News",
        "html_content": "<p>{{ code }}</p>",
        "variables": [{ "name": "code" }, { "name": "code" }],
    });

    let refused = installation
        .post(&path(&organization, ""), &owner.token, &body)
        .await;

    let expected = ("#/variables/1/name".to_owned(), "duplicate".to_owned());
    assert_eq!(refused.is(422).faults(), [expected]);
}

#[tokio::test]
async fn versions_are_published_compared_and_made_active() {
    let installation = Installation::new();
    let (organization, owner) = installation.founded().await;
    let mail = |subject: &str| json!({ "subject": subject, "html_content": "<p>{{ code }}</p>", "variables": [{ "name": "code" }] });
    let mut new = mail("One");
    new["name"] = json!("News");
    let template = installation
        .post(&path(&organization, ""), &owner.token, &new)
        .await;
    let template = template.is(201).json();
    let id = template["id"].as_str().unwrap();
    let first = template["active_version_id"].as_str().unwrap();
    let versions = path(&organization, &format!("/{id}/versions"));

    let mut second = mail("Two");
    second["activate"] = json!(false);
    let second = installation.post(&versions, &owner.token, &second).await;
    let second = second.is(201).json();

    assert_eq!(second["version_number"], 2);
    assert_eq!(second["text_content"], "{{ code }}");
    assert_eq!(second["used_variables"], json!(["code"]));
    let listed = installation
        .get(&versions, &owner.token)
        .await
        .is(200)
        .json();
    assert_eq!(listed["items"][0]["is_active"], true);
    assert_eq!(listed["items"][1]["is_active"], false);

    let version = second["id"].as_str().unwrap();
    let compared = format!("{versions}/{version}/changes-since/{first}");
    let compared = installation.get(&compared, &owner.token).await;
    let compared = compared.is(200).json();
    assert_eq!(compared["subject"][0]["change"], "removed");
    assert_eq!(compared["subject"][1]["text"], "Two");
    assert_eq!(compared["html_content"], json!([]));

    let active = json!({ "active_version_id": version });
    let changed = installation
        .patch(
            &path(&organization, &format!("/{id}")),
            &owner.token,
            &active,
        )
        .await;
    assert_eq!(changed.is(200).json()["active_version_id"], version);

    let preview = format!("{versions}/{version}/preview");
    let missing = installation.post(&preview, &owner.token, &json!({})).await;
    let expected = ("#/values".to_owned(), "required".to_owned());
    assert_eq!(missing.is(422).faults(), [expected]);
    let with = json!({ "values": [{ "name": "code", "value": "<b>" }], "locale": "fr" });
    let shown = installation.post(&preview, &owner.token, &with).await;
    let shown = shown.is(200).json();
    let html = shown["html_content"].as_str().unwrap();
    assert!(html.starts_with("<p>&lt;b&gt;</p>") && html.contains("Se d\u{e9}sabonner"));
}

#[tokio::test]
async fn a_mail_for_a_contact_has_what_is_known_of_it_and_nothing_of_the_samples() {
    let installation = Installation::new();
    let (organization, owner) = installation.founded().await;
    let email = json!({
        "email": "grace@example.com",
        "first_name": "<Grace>",
        "attributes": { "city": "Köln & Bonn", "age": 45 },
    });
    let contacts = format!("/v1/organizations/{organization}/contacts");
    let contact = installation.post(&contacts, &owner.token, &email).await;
    let contact = contact.is(201).json()["id"].as_str().unwrap().to_owned();
    let html = "<p>{{ first_name }} {{ last_name | default: \"Nobody\" }} of {{ attributes.city }}, {{ attributes.age }}, \
                {{ organization.name }}</p>";
    let new = json!({ "name": "News", "subject": "For {{ first_name }}", "html_content": html });
    let templates = format!("/v1/organizations/{organization}/email-templates");
    let template = installation.post(&templates, &owner.token, &new).await;
    let template = template.is(201).json();
    let (id, version) = (&template["id"], &template["active_version_id"]);
    let version = format!(
        "{templates}/{}/versions/{}",
        id.as_str().unwrap(),
        version.as_str().unwrap()
    );

    let address = format!("{version}/preview-for/{contact}");
    let mail = installation
        .get(&address, &owner.token)
        .await
        .is(200)
        .json();

    assert_eq!(mail["subject"], "For <Grace>");
    let html = mail["html_content"].as_str().unwrap();
    assert!(
        html.contains("&lt;Grace&gt; Nobody of Köln &amp; Bonn, 45, "),
        "{html}"
    );
    assert!(
        !html.contains("Lovelace") && !html.contains("Your organization"),
        "{html}"
    );
    let nobody = format!(
        "{version}/preview-for/{version_id}",
        version_id = id.as_str().unwrap()
    );
    installation.get(&nobody, &owner.token).await.is(404);
}
