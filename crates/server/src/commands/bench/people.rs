//! Invented people, the same in every run.

use std::fmt::{self, Display};

/// Somebody in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::commands) struct Person {
    number: u64,
    pub(in crate::commands) first_name: &'static str,
    pub(in crate::commands) last_name: LastName,
    pub(in crate::commands) company: Company,
    city: u64,
}

/// A name in three parts: there are some twenty thousand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::commands) struct LastName([&'static str; 3]);

/// A company of which there are as many as a country has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::commands) struct Company {
    pub(in crate::commands) word: &'static str,
    pub(in crate::commands) trade: &'static str,
    number: u64,
}

const FIRST_NAMES: [&str; 48] = [
    "Anna", "Ben", "Carla", "David", "Elena", "Félix", "Greta", "Hugo", "Irene", "Jürgen", "Kim",
    "Lena", "Mario", "Nora", "Oscar", "Paula", "Quentin", "Rosa", "Søren", "Tessa", "Ugo", "Vera",
    "Walter", "Ximena", "Yvonne", "Zoë", "Aisha", "Bruno", "Chloé", "Diego", "Emma", "Frank",
    "Gloria", "Henrik", "Isabel", "Jonas", "Katrin", "Louis", "Mila", "Niels", "Olivia", "Pedro",
    "Rachel", "Stefan", "Tomás", "Ursula", "Viktor", "Wanda",
];
const BEGINNINGS: [&str; 36] = [
    "Acker", "Berg", "Brandt", "Claes", "Dahl", "Eber", "Falk", "Grün", "Hart", "Ivers", "Jans",
    "Kauf", "Lind", "Meyer", "Nord", "Olsen", "Peters", "Quist", "Rosen", "Stein", "Thal",
    "Ulrich", "Vogel", "Wald", "Xander", "York", "Zimmer", "Busch", "Castel", "Duval", "Ferr",
    "Gall", "Horn", "Kirch", "Löwen", "Moser",
];
const MIDDLES: [&str; 17] = [
    "", "", "en", "er", "el", "in", "an", "o", "ar", "is", "un", "es", "am", "ol", "ing", "ett",
    "av",
];
const ENDINGS: [&str; 36] = [
    "mann", "berg", "feld", "stad", "ström", "hof", "bauer", "son", "ez", "ini", "ova", "ski",
    "sen", "brook", "ley", "wood", "gård", "hausen", "heim", "brück", "court", "mont", "ville",
    "eau", "ier", "etti", "ucci", "ado", "ares", "inho", "quist", "dal", "rath", "kamp", "lund",
    "meier",
];
const COMPANY_WORDS: [&str; 24] = [
    "Alpine",
    "Atlas",
    "Baltic",
    "Beacon",
    "Cedar",
    "Compass",
    "Delta",
    "Emerald",
    "Falcon",
    "Granite",
    "Harbor",
    "Iris",
    "Juniper",
    "Keystone",
    "Lantern",
    "Meridian",
    "Northern",
    "Orchard",
    "Pioneer",
    "Quartz",
    "Riverside",
    "Summit",
    "Trident",
    "Union",
];
const TRADES: [&str; 8] = [
    "Insurance",
    "Brokers",
    "Finance",
    "Estates",
    "Partners",
    "Capital",
    "Advisers",
    "Group",
];
const PROVIDERS: [&str; 6] = [
    "gmail.com",
    "outlook.com",
    "gmx.de",
    "web.de",
    "yahoo.com",
    "orange.fr",
];

impl Person {
    /// The person of this number.
    pub(in crate::commands) fn numbered(number: u64) -> Self {
        let dice = mixed(number);
        let other = mixed(dice);
        let last_name = [
            skewed(&BEGINNINGS, dice >> 8),
            skewed(&MIDDLES, dice >> 24),
            skewed(&ENDINGS, dice >> 40),
        ];
        Self {
            number,
            first_name: skewed(&FIRST_NAMES, other),
            last_name: LastName(last_name),
            company: Company {
                word: picked(&COMPANY_WORDS, other >> 16),
                trade: picked(&TRADES, other >> 24),
                number: (other >> 32) % 900,
            },
            city: (other >> 48) % 3_000,
        }
    }

    /// An address that nobody else has; half of them at large providers.
    pub(in crate::commands) fn address(&self) -> String {
        let first = plain(self.first_name);
        let last = plain(&self.last_name.to_string());
        let (number, company) = (self.number, self.company);
        if number.is_multiple_of(2) {
            let provider = picked(&PROVIDERS, mixed(number) >> 3);
            format!("{first}.{last}{number}@{provider}")
        } else {
            let (word, trade) = (plain(company.word), plain(company.trade));
            let at = company.number;
            format!("{first}.{last}{number}@{word}-{trade}{at}.com")
        }
    }

    /// Where they live.
    pub(in crate::commands) fn city(&self) -> String {
        format!("City {}", self.city)
    }
}

impl Display for LastName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|part| f.write_str(part))
    }
}

impl Display for Company {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.word, self.trade, self.number)
    }
}

fn picked<'a>(words: &[&'a str], dice: u64) -> &'a str {
    let count = words.len() as u64;
    let index = usize::try_from(dice % count).unwrap_or_default();
    words.get(index).copied().unwrap_or_default()
}

/// The first words far more often than the last ones, as names are.
fn skewed<'a>(words: &[&'a str], dice: u64) -> &'a str {
    let (one, other) = (dice & 0xff, (dice >> 8) & 0xff);
    let index = (words.len() as u64 * one * other) >> 16;
    let index = usize::try_from(index).unwrap_or_default();
    words.get(index).copied().unwrap_or_default()
}

/// The name in the letters of an address.
fn plain(name: &str) -> String {
    let letters = name.chars().map(|letter| match letter {
        'á' | 'å' => 'a',
        'é' | 'ë' => 'e',
        'ø' | 'ö' => 'o',
        'ü' => 'u',
        letter => letter.to_ascii_lowercase(),
    });
    letters.collect()
}

/// Numbers that follow each other, spread (the finalizer of `SplitMix64`, Steele et al. 2014).
fn mixed(number: u64) -> u64 {
    let a = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let b = (a ^ (a >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let c = (b ^ (b >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    c ^ (c >> 31)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn people_have_addresses_of_their_own_in_plain_letters() {
        let addresses = (0..5_000).map(|number| Person::numbered(number).address());
        let addresses = addresses.collect::<BTreeSet<_>>();

        assert_eq!(addresses.len(), 5_000);
        assert!(addresses.iter().all(|address| address.is_ascii()));
    }

    #[test]
    fn some_names_are_frequent_and_many_are_rare() {
        let names = (0..5_000).map(|number| Person::numbered(number).last_name.to_string());
        let mut counts = std::collections::BTreeMap::new();
        for name in names {
            *counts.entry(name).or_insert(0) += 1;
        }

        assert!(counts.len() > 1_000, "{}", counts.len());
        assert!(counts.values().any(|count| *count > 20));
    }
}
