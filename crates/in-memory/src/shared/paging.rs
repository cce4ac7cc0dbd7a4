//! Paging over a map that is in the order of its ids.

use kernel::{Cursor, Page, PageRequest};
use uuid::Uuid;

/// The page of those items, in the order of their ids; if `unstable`, later pages are in another order.
pub(crate) fn by_id<T>(
    items: impl Iterator<Item = T>,
    page: &PageRequest,
    id: impl Fn(&T) -> Uuid,
    unstable: bool,
) -> Page<T> {
    let mut items = items
        .filter(|item| match &page.after {
            Some(Cursor::Id(after)) => id(item) > *after,
            _ => true,
        })
        .collect::<Vec<_>>();
    items.sort_by_key(&id);
    if unstable && page.after.is_some() {
        items.reverse();
    }
    Page::from_overfull(items, page.limit, |item| Cursor::Id(id(item)))
}
