//! Files of contacts, as they are sent and asked about.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::stream;
use poem::Body;
use poem::http::Method;
use serde_json::json;

use crate::installation::Installation;
use crate::office::{Person, column, text};
use crate::support::Told;

const FILE: &str = "Email\nada@analytical.org\n";

impl Installation {
    /// A list of the organization; answers with the path of imports into it.
    async fn imports_into_a_list(&self, organization: &str, owner: &Person) -> String {
        let lists = format!("/v1/organizations/{organization}/contact-lists");
        let body = json!({ "name": "Leads" });
        let list = self.post(&lists, &owner.token, &body).await;
        format!("{lists}/{}/imports", text(&list.is(201).json()["id"]))
    }

    /// An import, for whoever has it with this tag.
    async fn import_unless(&self, path: &str, owner: &Person, tag: &str) -> Told {
        let asking = self.ask(Method::GET, path).token(&owner.token);
        asking.header("if-none-match", tag).send().await
    }
}

#[tokio::test]
async fn a_file_with_a_malformed_key_is_refused_before_it_is_read() {
    let installation = Installation::new();
    let (organization, owner) = installation.founded().await;
    let imports = installation
        .imports_into_a_list(&organization, &owner)
        .await;
    let form = "--x\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\n\
                Email\nbob@analytical.org\n\r\n--x--\r\n";

    let upload = format!("{imports}/upload");
    let kind_of_form = "multipart/form-data; boundary=x";
    for (path, kind, content, taken_in) in [
        (&imports, "text/csv", FILE, 1),
        (&upload, kind_of_form, form, 2),
    ] {
        for (key, status) in [("short", 400), ("long enough", 400), ("long-enough", 202)] {
            let is_read = Arc::new(AtomicBool::new(false));
            let reading = Arc::clone(&is_read);
            let bytes = stream::once(async move {
                reading.store(true, Ordering::Relaxed);
                Ok::<_, std::io::Error>(content.as_bytes())
            });
            let told = installation
                .ask(Method::POST, path)
                .token(&owner.token)
                .header("content-type", kind)
                .header("idempotency-key", key)
                .body(Body::from_bytes_stream(bytes))
                .send()
                .await;

            told.is(status);
            assert_eq!(
                is_read.load(Ordering::Relaxed),
                status == 202,
                "{path}: {key}"
            );
            if status == 400 {
                told.is_problem(400, "malformed-idempotency-key");
            }
        }
        let asking = installation.ask(Method::GET, &imports).token(&owner.token);
        assert_eq!(column(&asking.send().await, "id").len(), taken_in);
    }
}

#[tokio::test]
async fn whoever_waits_for_an_import_is_told_what_its_job_does_to_it() {
    let installation = Installation::new();
    let (organization, owner) = installation.founded().await;
    let imports = installation
        .imports_into_a_list(&organization, &owner)
        .await;
    let send = async |query: &str| {
        let asking = installation
            .ask(Method::POST, &format!("{imports}{query}"))
            .token(&owner.token)
            .header("content-type", "text/csv");
        let told = asking.body(FILE).send().await.is(202).json();
        let path = format!(
            "/v1/organizations/{organization}/imports/{}",
            text(&told["id"])
        );
        (path, told)
    };

    let (waiting, _) = send("?wait=true").await;
    let whole = installation.import_unless(&waiting, &owner, "\"0\"").await;
    let tag = whole.is(200).header("etag");
    let again = installation.import_unless(&waiting, &owner, &tag).await;
    again.is(304);

    let (path, told) = send("?repeat=true").await;
    let pending = installation.import_unless(&path, &owner, "\"0\"").await;
    let tag = pending.is(200).header("etag");
    let job = text(&told["job_id"]);
    let cancel = format!("/v1/organizations/{organization}/jobs/{job}/cancel");
    let cancelled = installation.post(&cancel, &owner.token, &json!({})).await;
    assert!(cancelled.status.is_success());
    let after = installation.import_unless(&path, &owner, &tag).await;
    assert_eq!(after.is(200).json()["status"], "cancelled");
    assert_eq!(after.header("etag"), tag);
    let odd = installation.import_unless(&path, &owner, "odd").await;
    odd.is_problem(400, "malformed-precondition");
}
