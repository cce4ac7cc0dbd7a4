//! Files of which more is left than goes with the end of their imports.

use contacts::ImportStatus;
use kernel::{ContactImportId, Interruption};

use super::FIRST;
use super::desk::{Desk, OPTIONS};

/// More pieces than go with the end of an import, and than in the first unit behind that.
const PIECES: u32 = 40;

/// Uploads a file in so many pieces, of which the first has all rows.
async fn upload(desk: &Desk) -> ContactImportId {
    let id = desk.upload(FIRST.as_bytes(), OPTIONS).await;
    let at = desk.ports.clock.now();
    let unit = desk.unit().await;
    let files = unit.import_files();
    for position in 1..PIECES {
        files.append(id, position, b"\n", at).await.unwrap();
    }
    unit.commit().await.unwrap();
    id
}

async fn assert_gone(desk: &Desk, import: ContactImportId) {
    assert_eq!(desk.state(import).await.status, ImportStatus::Cancelled);
    assert_eq!(desk.count("contact_import_chunks").await, 0);
}

#[tokio::test]
async fn a_large_file_goes_whole_with_an_import_that_is_wound_up() {
    let desk = Desk::open().await;
    let id = upload(&desk).await;
    let job = desk.state(id).await.job.unwrap();
    let at = desk.ports.clock.now();
    let unit = desk.unit().await;
    unit.jobs().cancel(job, at).await.unwrap();
    unit.commit().await.unwrap();

    assert!(desk.work_once(None).await);

    assert_gone(&desk, id).await;
}

#[tokio::test]
async fn a_large_file_goes_whole_with_an_import_that_is_cancelled_at_work() {
    let desk = Desk::open().await;
    let id = upload(&desk).await;

    desk.work_once(Some((0, Interruption::Cancelled))).await;

    assert_gone(&desk, id).await;
}
