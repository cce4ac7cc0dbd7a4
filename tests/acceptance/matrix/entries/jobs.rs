//! Jobs.

use tenancy::Permission as P;

use crate::matrix::entry::{Entry, Thing};

pub(crate) const ENTRIES: &[Entry] = &[
    Entry::needs("listJobs", &[P::JobView]),
    Entry::needs("readJob", &[P::JobView]).on(&[Thing::Job]),
    Entry::needs("followJob", &[P::JobView]).on(&[Thing::EndedJob]),
    Entry::needs("cancelJob", &[P::JobCancel]).on(&[Thing::Job]),
];
