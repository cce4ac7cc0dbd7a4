//! What tenants and roles can do to rows that are not theirs, found out by trying.

mod functions;
mod partitions;
mod rights;
mod scopes;
mod tables;
mod views;

use std::fmt;

use super::catalogue::{Catalogue, Relation};
use super::journey::Footprint;
use super::probe::{Outcome, Prober};

/// Something that could be done, or could not, against what a probe expects.
#[derive(Debug)]
pub(crate) struct Fault {
    /// The probe that found it.
    pub(crate) probe: &'static str,
    what: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.probe, self.what)
    }
}

/// What is tried on: the objects whose isolation may have changed.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Scope<'a> {
    /// All tables and functions.
    Everything,
    /// These tables.
    Tables(&'a [String]),
    /// The functions.
    Functions,
}

/// Tries everything that is in scope, and tells what went otherwise than it should.
pub(crate) async fn faults(
    prober: &mut Prober<'_>,
    catalogue: &Catalogue,
    footprint: &Footprint,
) -> Vec<Fault> {
    try_out(
        prober,
        catalogue,
        catalogue,
        footprint,
        Scope::Everything,
        false,
    )
    .await
}

/// Tries what is in scope until something goes otherwise than it should.
///
/// Expects what the catalogue of before says; views are looked for in the present one.
pub(crate) async fn first_fault(
    prober: &mut Prober<'_>,
    before: &Catalogue,
    now: &Catalogue,
    footprint: &Footprint,
    scope: Scope<'_>,
) -> Option<Fault> {
    try_out(prober, before, now, footprint, scope, true)
        .await
        .into_iter()
        .next()
}

async fn try_out(
    prober: &mut Prober<'_>,
    catalogue: &Catalogue,
    now: &Catalogue,
    footprint: &Footprint,
    scope: Scope<'_>,
    first_only: bool,
) -> Vec<Fault> {
    let mut trial = Trial {
        prober,
        catalogue,
        footprint,
        faults: Vec::new(),
        tried: 0,
        first_only,
    };
    trial.run(now, scope).await;
    assert!(trial.tried > 0, "something is tried");
    trial.faults
}

/// The state of a run of probes.
struct Trial<'t, 'c> {
    prober: &'t mut Prober<'c>,
    catalogue: &'t Catalogue,
    footprint: &'t Footprint,
    faults: Vec<Fault>,
    tried: usize,
    first_only: bool,
}

impl Trial<'_, '_> {
    /// Whether enough was found.
    fn is_over(&self) -> bool {
        self.first_only && !self.faults.is_empty()
    }

    async fn run(&mut self, now: &Catalogue, scope: Scope<'_>) {
        self.try_views(now).await;
        let catalogue = self.catalogue;
        for table in catalogue.tables() {
            let in_scope = match scope {
                Scope::Everything => true,
                Scope::Tables(names) => names.contains(&table.name),
                Scope::Functions => false,
            };
            if in_scope && !self.is_over() {
                self.try_table(table).await;
            }
        }
        if matches!(scope, Scope::Everything | Scope::Functions) && !self.is_over() {
            self.try_functions().await;
        }
    }

    async fn try_table(&mut self, table: &Relation) {
        if table.is_tenants() {
            self.try_tenant_table(table).await;
        } else if !table.is_partition {
            self.try_scopes(table).await;
        }
        if !self.is_over() {
            self.try_rights(table).await;
        }
        if table.is_partition {
            self.try_partition(table).await;
        }
    }

    /// Notes a fault unless the outcome is as expected.
    fn expect(&mut self, probe: &'static str, on: &str, outcome: &Outcome, expected: bool) {
        self.tried += 1;
        if !expected {
            self.faults.push(Fault {
                probe,
                what: format!("`{on}`: {outcome}"),
            });
        }
    }

    /// Notes a fault where another tenant's row can be told from one that never was.
    fn expect_alike(&mut self, probe: &'static str, on: &str, foreign: &Outcome, absent: &Outcome) {
        self.tried += 1;
        if foreign != absent {
            self.faults.push(Fault {
                probe,
                what: format!(
                    "`{on}`: {foreign} where there is a row, {absent} where there is none"
                ),
            });
        }
    }
}

/// The four verbs on a table, none of which needs a row.
fn verbs(table: &Relation) -> [(&'static str, String); 4] {
    // Any column does: some are computed, and nobody's to write.
    let first = table.columns.first().map_or("", |column| &column.name);
    let table = &table.name;
    [
        ("SELECT", format!("SELECT count(*) FROM public.{table}")),
        (
            "INSERT",
            format!(
                "INSERT INTO public.{table} ({first}) \
                 SELECT {first} FROM jsonb_populate_record(NULL::public.{table}, '{{}}') WHERE false"
            ),
        ),
        (
            "UPDATE",
            format!("UPDATE public.{table} SET created_at = DEFAULT WHERE false"),
        ),
        ("DELETE", format!("DELETE FROM public.{table} WHERE false")),
    ]
}
