//! Downloads.

use compliance::{AuditExport, AuditFilter};
use kernel::{AuditAction, AuditDraft, Changes, PageRequest, TenantScope, unguarded_cell};
use serde_json::json;

use crate::world::World;

async fn chunks(mut export: AuditExport) -> Vec<Vec<u8>> {
    let mut chunks = Vec::new();
    while let Some(chunk) = export.next_chunk().await.unwrap() {
        chunks.push(chunk);
    }
    chunks
}

/// The rows of a file, by the names in its header.
async fn rows(export: AuditExport) -> Vec<std::collections::HashMap<String, String>> {
    let file = chunks(export).await.concat();
    let mut reader = csv::Reader::from_reader(&file[..]);
    reader.deserialize().collect::<Result<Vec<_>, _>>().unwrap()
}

async fn export(world: &World, scope: &TenantScope, filter: AuditFilter) -> AuditExport {
    world.clock.advance(time::Duration::MINUTE);
    world.log.export(scope, filter).await.unwrap()
}

#[tokio::test]
async fn a_download_has_every_entry_newest_first_with_its_values() {
    let world = World::new();
    let scope = world.tenant(world.user());
    let first = world.note_team(&scope, "North").await;
    let second = world.note_team(&scope, "Łódź, \"South\"\nand west").await;

    let rows = rows(export(&world, &scope, AuditFilter::default()).await).await;

    assert_eq!(rows.len(), 2);
    assert_eq!(rows[0]["id"], second.id.to_string());
    assert_eq!(rows[1]["id"], first.id.to_string());
    assert_eq!(rows[1]["created_at"], "2026-01-15T12:01:00Z");
    assert_eq!(
        rows[1]["user_id"],
        scope.actor().user().unwrap().to_string()
    );
    assert_eq!(rows[1]["actor_kind"], "user");
    assert_eq!(rows[1]["action"], "create");
    assert_eq!(rows[1]["entity_type"], "team");
    assert_eq!(rows[1]["entity_id"], first.entity.unwrap().to_string());
    assert_eq!(rows[1]["fields"], "name");
    assert_eq!(rows[1]["request_id"], scope.origin().request.to_string());
    assert_eq!(rows[1]["ip"], "192.0.2.7");
    let changes: serde_json::Value = serde_json::from_str(&rows[0]["changes"]).unwrap();
    assert_eq!(
        changes,
        json!({"name": {"old": null, "new": "Łódź, \"South\"\nand west"}})
    );
}

#[tokio::test]
async fn no_cell_is_taken_for_a_formula_and_every_text_can_be_had_back() {
    let world = World::new();
    let scope = world.tenant(world.user());
    let reasons = [
        "=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "\nx", "'=1", "'tis", "a;=1", "\",=1",
    ];
    for reason in reasons {
        let entity = world.user().as_uuid();
        let draft = AuditDraft::new("team", entity, AuditAction::Delete, Changes::none());
        world.note(&scope, draft.because(reason)).await;
    }

    let file = chunks(export(&world, &scope, AuditFilter::default()).await)
        .await
        .concat();

    let mut reader = csv::Reader::from_reader(&file[..]);
    let mut read = Vec::new();
    for line in reader.records() {
        let line = line.unwrap();
        for cell in &line {
            assert!(
                !cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']),
                "{cell:?}"
            );
        }
        assert_eq!(unguarded_cell(&line[12]), "=cmd|'/c calc'!A1");
        read.push(unguarded_cell(&line[13]).to_owned());
    }
    read.reverse();
    assert_eq!(read, reasons);
}

#[tokio::test]
async fn a_download_is_filtered_and_written_into_the_log_with_its_filter() {
    let world = World::new();
    let scope = world.tenant(world.user());
    world.note_team(&scope, "North").await;
    let filter = AuditFilter {
        action: Some(AuditAction::Purge),
        ..AuditFilter::default()
    };

    let rows = rows(export(&world, &scope, filter).await).await;

    assert_eq!(rows, []);
    let found = world
        .log
        .search(&scope, &AuditFilter::default(), &PageRequest::first())
        .await
        .unwrap();
    assert_eq!(found.items.len(), 2);
    let entry = world.log.read(&scope, found.items[0].id).await.unwrap();
    assert_eq!(entry.record.action, AuditAction::Export);
    assert_eq!(entry.record.entity_type, "audit_log");
    assert_eq!(entry.record.actor, scope.actor().user());
    assert_eq!(entry.payload.reason.as_deref(), Some("action=purge"));
}

#[tokio::test]
async fn a_download_ends_although_the_log_grows_meanwhile() {
    let world = World::new();
    let scope = world.tenant(world.user());
    let mut entries = 0;
    for _ in 0..501 {
        world.note_team(&scope, "North").await;
        entries += 1;
    }
    let mut export = export(&world, &scope, AuditFilter::default()).await;

    let mut lines = 0;
    while let Some(chunk) = export.next_chunk().await.unwrap() {
        lines += chunk.split(|byte| *byte == b'\n').count() - 1;
        world.note_team(&scope, "South").await;
    }

    assert_eq!(lines, 1 + entries);
}

#[tokio::test]
async fn a_download_is_made_of_chunks_of_whole_lines() {
    let world = World::new();
    let scope = world.tenant(world.user());
    for _ in 0..1001 {
        world.note_team(&scope, "North").await;
    }

    let chunks = chunks(export(&world, &scope, AuditFilter::default()).await).await;

    let lines = chunks.iter().map(|chunk| {
        assert!(chunk.ends_with(b"\r\n"));
        chunk.split(|byte| *byte == b'\n').count() - 1
    });
    assert_eq!(lines.collect::<Vec<_>>(), [1, 500, 500, 1]);
}

#[tokio::test]
async fn a_download_holds_nothing_of_other_organizations() {
    let world = World::new();
    let (scope, other) = (world.tenant(world.user()), world.tenant(world.user()));
    world.note_team(&other, "North").await;

    let rows = rows(export(&world, &scope, AuditFilter::default()).await).await;

    assert_eq!(rows, []);
}
