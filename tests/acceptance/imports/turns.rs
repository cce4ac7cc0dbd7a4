//! Files of several organizations at the same time.

use std::sync::Arc;

use serde_json::Value;

use super::{Ground, text};

fn people(rows: u32) -> Vec<u8> {
    let rows = (0..rows).map(|n| format!("p{n}@analytical.org,Person {n}\n"));
    format!("Email,Name\n{}", rows.collect::<String>()).into_bytes()
}

fn rows_read(import: &Value) -> u64 {
    import["counts"]["rows_read"].as_u64().expect("a number")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_small_file_of_one_organization_does_not_wait_for_large_ones_of_another() {
    let large = Ground::shared().await;
    let small = Ground::on(Arc::clone(&large.stack)).await;
    // More than there are jobs at a time.
    let mut imports = Vec::new();
    for n in 0..6 {
        let file = [people(20_000), format!("x{n}@analytical.org,X\n").into()].concat();
        let begun = large.send("", &file).await.expect(202).json();
        imports.push(text(&begun["id"]));
    }

    let done = small.import(&people(100)).await;

    assert_eq!(done["status"], "completed");
    assert_eq!(rows_read(&done), 100);
    let mut open = 0;
    for import in &imports {
        let import = large.get(&format!("imports/{import}")).await;
        open += u32::from(rows_read(&import) < 20_001);
        let job = text(&import["job_id"]);
        let path = large.path(&format!("jobs/{job}/cancel"));
        let call = large.stack.call(reqwest::Method::POST, &path);
        drop(call.by(&large.owner).once().send().await);
    }
    assert!(open >= 4, "{open} of the large files were still being read");
}
