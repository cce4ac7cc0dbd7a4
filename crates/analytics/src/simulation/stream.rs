//! Chance that everybody can compute again.

use kernel::{CampaignId, ContactId};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// What a whole simulation is made from: another seed gives another run of the same chances.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Seed(i64);

impl Seed {
    /// A seed of any number; signed, because that is what storage has.
    #[must_use]
    pub const fn new(seed: i64) -> Self {
        Self(seed)
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> i64 {
        self.0
    }
}

/// The decisions of a journey; each has a number of its own in the stream, so that none moves because of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Draw {
    // The first four share a block: they are all that most journeys ask.
    Bounce,
    Open,
    MachineOpen,
    Scanner,
    Click,
    Unsubscribe,
    View,
    Submit,
    BounceDelay(u32),
    OpenDelay(u32),
    MachineOpenDelay(u32),
    ClickDelay(u32),
    UnsubscribeDelay(u32),
    ViewDelay(u32),
    SubmitDelay(u32),
    Reopen(u32),
    ReopenDelay(u32),
    Device,
    Link,
    Scan(u32),
    Answer(u32),
}

impl Draw {
    /// The block of the stream and the place in it. Blocks below 16 are those of single draws.
    const fn place(self) -> (u32, usize) {
        const fn counted(kind: u32, n: u32) -> (u32, usize) {
            (16 + (kind << 16) + n / 4, (n % 4) as usize)
        }
        match self {
            Self::Bounce => (0, 0),
            Self::Open => (0, 1),
            Self::MachineOpen => (0, 2),
            Self::Scanner => (0, 3),
            Self::Click => (1, 0),
            Self::Unsubscribe => (1, 1),
            Self::View => (1, 2),
            Self::Submit => (1, 3),
            Self::Device => (2, 0),
            Self::Link => (2, 1),
            Self::OpenDelay(n) => (2, 2 + (n % 2) as usize),
            Self::BounceDelay(n) => counted(1, n),
            Self::MachineOpenDelay(n) => counted(2, n),
            Self::ClickDelay(n) => counted(3, n),
            Self::UnsubscribeDelay(n) => counted(4, n),
            Self::ViewDelay(n) => counted(5, n),
            Self::SubmitDelay(n) => counted(6, n),
            Self::Reopen(n) => counted(7, n),
            Self::ReopenDelay(n) => counted(8, n),
            Self::Scan(n) => counted(9, n),
            Self::Answer(n) => counted(10, n),
        }
    }
}

/// One recipient's chance: a stream of numbers in which every decision has its place.
///
/// The key is SHA-256 of a label, the seed, the campaign and the contact; block `n` is SHA-256 of a label, the key and `n`,
/// read as four numbers of 64 bits. A hash and not a generator of a library, so that no release of one changes a run that
/// somebody wants to see again.
#[derive(Clone, Debug)]
pub(super) struct Stream {
    key: [u8; 32],
    block: Option<(u32, [u64; 4])>,
}

impl Stream {
    pub(super) fn new(seed: Seed, campaign: CampaignId, contact: ContactId) -> Self {
        let mut hash = Sha256::new();
        hash.update(b"canvass journey 1\0");
        hash.update(seed.0.to_be_bytes());
        hash.update(campaign.as_uuid().as_bytes());
        hash.update(contact.as_uuid().as_bytes());
        Self {
            key: hash.finalize().into(),
            block: None,
        }
    }

    /// The 64 bits of a decision.
    pub(super) fn bits(&mut self, draw: Draw) -> u64 {
        let (number, place) = draw.place();
        if let Some((held, block)) = self.block
            && held == number
        {
            return block[place];
        }
        let block = self.hashed(b"draw\0", number);
        let block = std::array::from_fn(|n| {
            let mut bytes = [0; 8];
            bytes.copy_from_slice(&block[8 * n..8 * n + 8]);
            u64::from_be_bytes(bytes)
        });
        self.block = Some((number, block));
        block[place]
    }

    /// A number from 0 to below 1, all equally likely.
    pub(super) fn uniform(&mut self, draw: Draw) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "53 bits are exact")]
        let numerator = (self.bits(draw) >> 11) as f64;
        numerator / 9_007_199_254_740_992.0
    }

    /// Yes with this probability.
    pub(super) fn happens(&mut self, draw: Draw, probability: f64) -> bool {
        self.uniform(draw) < probability
    }

    /// One of so many, all equally likely to within one in 2⁵⁰; 0 where there are none.
    pub(super) fn one_of(&mut self, draw: Draw, count: usize) -> usize {
        let product = u128::from(self.bits(draw)) * (count as u128);
        usize::try_from(product >> 64).unwrap_or(0)
    }

    /// The UUIDv7 of an instant in milliseconds since 1970, whose other bits come from the stream and a tag.
    pub(super) fn uuid(&self, milliseconds: i128, tag: u32) -> Uuid {
        let rest = self.hashed(b"id\0", tag);
        let mut bytes = [0; 10];
        bytes.copy_from_slice(&rest[..10]);
        let milliseconds = u64::try_from(milliseconds).unwrap_or(0);
        uuid::Builder::from_unix_timestamp_millis(milliseconds, &bytes).into_uuid()
    }

    fn hashed(&self, label: &[u8], number: u32) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(label);
        hash.update(self.key);
        hash.update(number.to_be_bytes());
        hash.finalize().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stream(seed: i64) -> Stream {
        let id = Uuid::from_u128(7);
        Stream::new(
            Seed::new(seed),
            CampaignId::from_uuid(id),
            ContactId::from_uuid(id),
        )
    }

    #[test]
    fn a_decision_does_not_depend_on_those_before_it() {
        let mut one = stream(1);
        let mut other = stream(1);
        one.bits(Draw::Device);
        one.bits(Draw::Scan(9));

        assert_eq!(one.bits(Draw::Submit), other.bits(Draw::Submit));
        assert_ne!(one.bits(Draw::Submit), other.bits(Draw::View));
        assert_ne!(stream(2).bits(Draw::Submit), other.bits(Draw::Submit));
    }

    #[test]
    fn the_stream_is_the_one_that_is_documented() {
        // Computed once with another program; a change here changes every run that anybody keeps.
        assert_eq!(stream(42).bits(Draw::Bounce), 0x4d47_c011_89ce_adfb);
    }

    #[test]
    fn choices_reach_the_first_and_the_last() {
        let mut stream = stream(3);
        let chosen: Vec<_> = (0..200).map(|n| stream.one_of(Draw::Scan(n), 5)).collect();

        assert!((0..5).all(|one| chosen.contains(&one)));
        assert!(chosen.iter().all(|one| *one < 5));
        assert_eq!(stream.one_of(Draw::Link, 0), 0);
    }
}
