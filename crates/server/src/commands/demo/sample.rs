//! A list of people whom nobody has met.

use std::fmt::Write as _;

/// How many rows the list has.
pub(super) const ROWS: usize = 2_000;

const FIRST_NAMES: [&str; 25] = [
    "Ada",
    "Alan",
    "Barbara",
    "Björn",
    "Chloé",
    "Dorothy",
    "Edsger",
    "Élodie",
    "Frances",
    "Grace",
    "Hedy",
    "Ines",
    "João",
    "Jürgen",
    "Katherine",
    "Łukasz",
    "Margaret",
    "Niklaus",
    "Olga",
    "Paweł",
    "Radia",
    "Søren",
    "Tim",
    "Ursula",
    "Zoë",
];
const LAST_NAMES: [&str; 20] = [
    "Almeida", "Bauer", "Carvalho", "Dubois", "Eriksen", "Fischer", "García", "Hofmann", "Ivanova",
    "Jansen", "Kowalska", "Lefèvre", "Müller", "Nowak", "O'Neill", "Petrov", "Rossi", "Schäfer",
    "Tóth", "Weiß",
];
const CITIES: [&str; 8] = [
    "Berlin",
    "Bordeaux",
    "Gdańsk",
    "Lisbon",
    "Málaga",
    "Rotterdam",
    "Vienna",
    "Zürich",
];
/// Domains that are kept for examples (RFC 2606, section 3).
const DOMAINS: [&str; 4] = [
    "example.com",
    "example.net",
    "example.org",
    "mail.example.com",
];

/// The list as a file: semicolons, a column of its own for who left, a few addresses that are none, and a few rows twice,
/// as lists are.
pub(super) fn file() -> String {
    let mut file = "Vorname;Nachname;E-Mail;Telefon;Stadt;Abgemeldet\r\n".to_owned();
    for row in 0..ROWS {
        let person = if row % 250 == 249 { row - 1 } else { row };
        let first = FIRST_NAMES[person % FIRST_NAMES.len()];
        let last = LAST_NAMES[person / FIRST_NAMES.len() % LAST_NAMES.len()];
        let city = CITIES[person % CITIES.len()];
        let left = if person % 100 == 42 { "ja" } else { "" };
        let address = address(person);
        // Writing into a text cannot fail.
        let _ = write!(
            file,
            "{first};{last};{address};+49 30 5550{person:04};{city};{left}\r\n"
        );
    }
    file
}

/// Somebody's address; one in eighty is none.
fn address(person: usize) -> String {
    let domain = DOMAINS[person % DOMAINS.len()];
    match person % 80 {
        17 => format!("person.{person}"),
        _ => format!("person.{person}@{domain}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_as_lists_are() {
        let file = file();
        let rows: Vec<Vec<_>> = file.lines().map(|line| line.split(';').collect()).collect();

        assert_eq!(rows.len(), ROWS + 1);
        assert!(rows.iter().all(|row| row.len() == 6));
        let count = |is: fn(&[&str]) -> bool| rows[1..].iter().filter(|row| is(row)).count();
        assert_eq!(count(|row| !row[2].contains('@')), ROWS / 80);
        assert_eq!(count(|row| row[5] == "ja"), ROWS / 100);
    }
}
