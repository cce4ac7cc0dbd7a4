//! Not writing to people any more, and taking that back.

use std::collections::BTreeMap;

use kernel::{
    AuditAction, AuditDraft, Changes, SimulationId, StorageError, SuppressionId, TenantScope,
    Timestamp,
};
use serde_json::{Value, json};

use crate::ports::CampaignUnit;
use crate::workbench::Workbench;
use crate::{Stop, StopReason, StopSource};

/// Suppresses the addresses of people, and writes it down; tells of how many that was not so before.
pub(crate) async fn stop_writing(
    bench: &Workbench,
    unit: &dyn CampaignUnit,
    scope: &TenantScope,
    stops: &[Stop],
    at: Timestamp,
) -> Result<usize, StorageError> {
    if stops.is_empty() {
        return Ok(0);
    }
    let made = unit.stops().add(stops, at).await?;
    let asked: BTreeMap<_, _> = stops.iter().map(|stop| (stop.id, stop)).collect();
    let drafts: Vec<_> = made
        .iter()
        .filter_map(|id| asked.get(id))
        .map(|stop| beginning(stop))
        .collect();
    bench.note(unit, scope, at, drafts).await?;
    Ok(made.len())
}

/// Lifts what a simulation suppressed, and nothing else; tells what the audit log says of it.
pub(crate) async fn lift(
    unit: &dyn CampaignUnit,
    simulation: SimulationId,
) -> Result<Vec<AuditDraft>, StorageError> {
    let lifted = unit.stops().lift(simulation).await?;
    let source = StopSource::Simulation(simulation);
    let end = |(id, reason): (SuppressionId, StopReason)| {
        let told = told(reason, source).into_iter();
        let changes = told.fold(Changes::none(), |changes, (name, value)| {
            changes.field(name, value, Value::Null)
        });
        AuditDraft::new("suppression", id.as_uuid(), AuditAction::Revoke, changes)
    };
    Ok(lifted.into_iter().map(end).collect())
}

fn beginning(stop: &Stop) -> AuditDraft {
    let told = told(stop.reason, stop.source).into_iter();
    let changes = told.fold(Changes::none(), |changes, (name, value)| {
        changes.field(name, Value::Null, value)
    });
    let id = stop.id.as_uuid();
    AuditDraft::new("suppression", id, AuditAction::Create, changes)
}

/// The fields of a suppression; whose address it is is told to nobody.
fn told(reason: StopReason, source: StopSource) -> [(&'static str, Value); 3] {
    [
        ("reason", json!(reason.as_suppression())),
        ("source", json!(source.as_str())),
        ("source_id", json!(source.id())),
    ]
}
