//! The doors through which files come, and what does not get in.

use std::sync::Arc;

use reqwest::Method;
use serde_json::json;
use server::SettingsSource;

use super::{Ground, text};
use crate::stack::Stack;

const FILE: &str = "Email,First Name\nada@analytical.org,Ada\nbob@analytical.org,Bob\n";

#[tokio::test]
async fn a_form_of_a_web_page_brings_the_same_file_under_its_name() {
    let ground = Ground::shared().await;
    let raw = ground.import(FILE.as_bytes()).await;
    let path = ground.path(&format!("contact-lists/{}/imports/upload", ground.list));
    let form = |query: &str| {
        let address = format!("{path}{query}");
        let call = ground.stack.call(Method::POST, &address);
        call.by(&ground.owner).once().form(FILE)
    };

    let repeated = form("").send().await.expect(409);
    assert_eq!(repeated.code(), "file-repeated");
    assert_eq!(repeated.json()["id"], raw["id"]);
    let begun = form("?repeat=true").send().await.expect(202).json();
    let done = ground.wait(&text(&begun["id"])).await;

    assert_eq!(done["sha256"], raw["sha256"]);
    assert_eq!(done["file_name"], "people.csv");
    assert_eq!(raw["file_name"], "contacts.csv");
    assert_eq!(done["counts"]["unchanged"], 2);
}

#[tokio::test]
async fn a_form_without_a_file_and_a_body_that_is_no_form_are_refused() {
    let ground = Ground::shared().await;
    let path = ground.path(&format!("contact-lists/{}/imports/upload", ground.list));
    let send = async |kind: &str, body: &str| {
        let call = ground.stack.call(Method::POST, &path).by(&ground.owner);
        let call = call.once().header("content-type", kind);
        call.bytes(body.as_bytes().to_vec()).send().await
    };
    let form = "multipart/form-data; boundary=edge";
    let part = "--edge\r\ncontent-disposition: form-data; name=\"note\"\r\n\r\nnothing\r\n";

    let answer = send(form, &format!("{part}--edge--\r\n")).await.expect(422);
    assert_eq!(answer.json()["errors"][0]["pointer"], "#/file");
    for (kind, body, status) in [
        (form, part.to_owned(), 400),
        (form, "x".repeat(200_000), 413),
        (form, String::new(), 400),
        ("multipart/form-data", part.to_owned(), 415),
        ("text/csv", FILE.to_owned(), 415),
    ] {
        let answer = send(kind, &body).await;
        assert_eq!(answer.status, status, "{kind}: {answer:?}");
    }
    let page = ground
        .get(&format!("contact-lists/{}/imports", ground.list))
        .await;
    assert_eq!(page["items"], json!([]));
}

#[tokio::test]
async fn a_file_that_is_larger_than_allowed_is_refused_and_nothing_is_left_of_it() {
    let stack = Stack::fresh().await;
    let settings = SettingsSource {
        database_url: Some(stack.database().login_url()),
        upload_size: Some(1),
        ..SettingsSource::default()
    };
    let ground = Ground::on(Arc::new(stack.restart_with(settings).await.unwrap())).await;
    let file = [FILE.as_bytes(), &vec![b'x'; 1024 * 1024]].concat();

    let answer = ground.send("", &file).await.expect(413);
    assert_eq!(answer.code(), "body-too-large");
    let path = ground.path(&format!("contact-lists/{}/imports/upload", ground.list));
    let text = String::from_utf8(file).unwrap();
    let call = ground.stack.call(Method::POST, &path).by(&ground.owner);
    let answer = call.once().form(&text).send().await.expect(413);
    assert_eq!(answer.code(), "body-too-large");

    let mut admin = ground.stack.admin().await;
    for table in ["contact_imports", "contact_import_chunks"] {
        let sql = sqlx::AssertSqlSafe(format!("SELECT count(*) FROM {table}"));
        let rows: i64 = sqlx::query_scalar(sql).fetch_one(&mut admin).await.unwrap();
        assert_eq!(rows, 0, "{table}");
    }
    ground.import(FILE.as_bytes()).await;
}

#[tokio::test]
async fn an_address_is_judged_in_a_file_as_everywhere_else() {
    let ground = Ground::shared().await;
    let addresses = [
        "ada@analytical.org",
        "info@analytical.org",
        "someone@gmial.com",
        "no address",
        "x@mailinator.com",
        "ada..l@analytical.org",
    ];
    let file = format!(
        "Email,Note\n{}",
        addresses.map(|a| format!("{a},x\n")).concat()
    );
    ground.import(file.as_bytes()).await;
    let checked = ground
        .post("email-checks", &json!({ "addresses": addresses }), 200)
        .await;

    let contacts = ground.get("contacts?limit=100").await;
    for (address, check) in addresses.iter().zip(checked["checks"].as_array().unwrap()) {
        let contacts = contacts["items"].as_array().unwrap();
        let contact = contacts
            .iter()
            .find(|contact| contact["email"] == *address)
            .unwrap();
        for field in ["status", "classification", "risk_score", "reasons"] {
            assert!(!check[field].is_null(), "{check}");
            assert_eq!(
                contact["validation"][field], check[field],
                "{address}: {field}"
            );
        }
        let id = text(&contact["id"]);
        let judged = ground.get(&format!("contacts/{id}/validations")).await;
        assert_eq!(judged["items"].as_array().unwrap().len(), 1, "{judged}");
    }
}
