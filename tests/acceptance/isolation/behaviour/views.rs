//! Views that the application role may read.

use migration::role::APP;

use super::Trial;
use super::rights::of_a;
use crate::isolation::catalogue::{Catalogue, TENANT_KEY};
use crate::isolation::journey::B;
use crate::isolation::probe::{Actor, Outcome};

impl Trial<'_, '_> {
    pub(super) async fn try_views(&mut self, catalogue: &Catalogue) {
        for view in catalogue
            .relations
            .iter()
            .filter(|relation| matches!(relation.kind.as_str(), "v" | "m"))
            .filter(|view| {
                view.column(TENANT_KEY).is_some() && view.grants_to(APP).next().is_some()
            })
        {
            let statement = format!("SELECT count(*) FROM public.{} WHERE {}", view.name, of_a());
            let outcome = self
                .prober
                .count(Actor::Unit(APP, Some(B)), &statement)
                .await;
            let none = outcome == Outcome::Rows(0);
            self.expect(
                "a view shows no other tenant's rows",
                &view.name,
                &outcome,
                none,
            );
        }
    }
}
