//! Pages in the order of ids.

use kernel::{Cursor, PageRequest};
use uuid::Uuid;

/// Behind which id a page begins, and how many rows tell whether there is another page.
pub(crate) fn bounds(page: &PageRequest) -> (Uuid, i64) {
    let after = match &page.after {
        Some(Cursor::Id(id)) => *id,
        _ => Uuid::nil(),
    };
    (after, i64::from(page.limit.get()) + 1)
}
