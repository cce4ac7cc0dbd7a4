//! Readers of a listing that changes.

use std::collections::BTreeSet;

use kernel::{Cursor, PageLimit, PageRequest};
use uuid::Uuid;

use super::Kind;
use super::listing::Listing;
use crate::contract::Subject;
use crate::contract::tenant::id;

/// A sequence that looks like chance and is the same in every run (xorshift64*, Vigna 2016).
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    /// A number below `limit`.
    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.roll() >> 33).unwrap() % limit
    }

    /// A UUIDv7 of any time, so that rows come before and behind where a reader is. Its order among others
    /// is that of the dice; its last bits are nobody else's.
    fn id(&mut self) -> Uuid {
        let unique = id(std::convert::identity).as_u128() & u128::from(u64::MAX);
        let bits = u128::from(self.roll()) << 64 | unique;
        let form = bits & !(0xF000_u128 << 64) & !(0xC000_u128 << 48);
        Uuid::from_u128(form | 0x7000_u128 << 64 | 0x8000_u128 << 48)
    }
}

/// Reads the listing several times, page by page, with random changes in between.
pub(super) async fn read_while_it_changes<S: Subject>(subject: &S, kind: Kind, readings: u64) {
    for seed in 1..=readings {
        let mut dice = Dice(seed);
        for _ in 0..16 {
            dice.roll();
        }
        let listing = Listing::new(subject, kind).await;
        let mut added = BTreeSet::new();
        for _ in 0..dice.below(9) {
            let id = dice.id();
            listing.add(id).await;
            added.insert(id);
        }
        read_once(&listing, added, &mut dice, seed).await;
    }
}

async fn read_once<S: Subject>(
    listing: &Listing<'_, S>,
    added: BTreeSet<Uuid>,
    dice: &mut Dice,
    seed: u64,
) {
    let everything = PageRequest {
        limit: PageLimit::new(PageLimit::MAX).unwrap(),
        after: None,
    };
    // Users belong to no organization: among them are those of other cases, which come and go too.
    let is_shared = matches!(listing.kind, Kind::Users);
    let mut present = if is_shared {
        added
    } else {
        BTreeSet::from_iter(listing.page(&everything).await.items)
    };
    let mut throughout = present.clone();
    let mut ever = present.clone();
    let mut shown = Vec::new();
    let mut page = PageRequest {
        limit: PageLimit::new(u16::try_from(1 + dice.below(3)).unwrap()).unwrap(),
        after: None,
    };
    for turn in 0.. {
        let part = listing.page(&page).await;
        assert!(part.items.len() <= usize::from(page.limit.get()));
        shown.extend(part.items);
        let Some(next) = part.next else { break };
        let last = shown.last().copied().map(Cursor::Id);
        assert_eq!(Some(&next), last.as_ref(), "seed {seed}");
        page.after = Some(next);

        // Rows must not come for ever, or a reader would never be done.
        for _ in 0..if turn < 6 { dice.below(3) } else { 0 } {
            let candidates = present.iter().filter(|id| listing.can_go(**id));
            let candidates = candidates.copied().collect::<Vec<_>>();
            if dice.below(2) == 0 && !candidates.is_empty() {
                let gone = candidates[dice.below(candidates.len())];
                listing.remove(gone).await;
                present.remove(&gone);
                throughout.remove(&gone);
            } else {
                let id = dice.id();
                listing.add(id).await;
                present.insert(id);
                ever.insert(id);
            }
        }
    }

    assert!(
        shown.windows(2).all(|pair| pair[0] < pair[1]),
        "seed {seed}: in order, and none twice: {shown:?}"
    );
    let shown = BTreeSet::from_iter(shown);
    let missed = throughout.difference(&shown).collect::<Vec<_>>();
    assert!(missed.is_empty(), "seed {seed}: missed {missed:?}");
    let invented = shown.difference(&ever).collect::<Vec<_>>();
    assert!(
        is_shared || invented.is_empty(),
        "seed {seed}: invented {invented:?}"
    );
}
