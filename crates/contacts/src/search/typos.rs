//! Mistyped words.

/// The fewest letters of a stored word in which a mistake is forgiven.
const FEWEST_LETTERS: usize = 5;

/// The words of a contact's search text in which a mistake is forgiven: those of letters only that are long
/// enough to be told apart from others. Addresses and numbers are none.
pub fn guessable_words(search_text: &str) -> impl Iterator<Item = &str> {
    search_text.split(' ').filter(|word| is_guessable(word))
}

fn is_guessable(word: &str) -> bool {
    word.chars().count() >= FEWEST_LETTERS && word.chars().all(char::is_alphabetic)
}

/// Whether the word that is asked for is this word with one mistake: a letter too many, one that is missing,
/// another one, or two neighbours in the wrong order.
#[must_use]
pub fn forgives(asked: &str, word: &str) -> bool {
    is_guessable(word) && is_one_mistake(asked, word)
}

/// Whether the optimal string alignment distance of two words is one.
fn is_one_mistake(one: &str, other: &str) -> bool {
    let (mut one, mut other) = (one.chars(), other.chars());
    loop {
        let (before, there) = (one.clone(), other.clone());
        match (one.next(), other.next()) {
            (Some(a), Some(b)) if a == b => {}
            (None, None) => return false,
            // The first difference: what is left has to be the same after one step on either side or both.
            (a, b) => {
                let (after_a, after_b) = (one.as_str(), other.as_str());
                let missing = a.is_some() && after_a == there.as_str();
                let surplus = b.is_some() && before.as_str() == after_b;
                let replaced = a.is_some() && b.is_some() && after_a == after_b;
                let swapped = a.is_some()
                    && one.next() == b
                    && other.next() == a
                    && one.as_str() == other.as_str();
                return missing || surplus || replaced || swapped;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The distance by the book: a table of the distances of all beginnings.
    fn distance(one: &str, other: &str) -> usize {
        let (a, b): (Vec<_>, Vec<_>) = (one.chars().collect(), other.chars().collect());
        let mut table = vec![vec![0; b.len() + 1]; a.len() + 1];
        for i in 0..=a.len() {
            for j in 0..=b.len() {
                table[i][j] = if i == 0 || j == 0 {
                    i + j
                } else {
                    let differs = usize::from(a[i - 1] != b[j - 1]);
                    let mut least = (table[i - 1][j] + 1)
                        .min(table[i][j - 1] + 1)
                        .min(table[i - 1][j - 1] + differs);
                    if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                        least = least.min(table[i - 2][j - 2] + 1);
                    }
                    least
                };
            }
        }
        table[a.len()][b.len()]
    }

    #[test]
    fn one_mistake_is_forgiven_in_words_of_five_letters_and_more() {
        for asked in ["smiht", "smithh", "smth", "smoth", "msith", "mith", "smit"] {
            assert!(forgives(asked, "smith"), "{asked}");
        }
        for asked in ["smith", "smiths1", "htims", "smi", "smitthh", ""] {
            assert!(!forgives(asked, "smith"), "{asked}");
        }
        assert!(!forgives("anan", "anna") && !forgives("smith2", "smith1"));
    }

    #[test]
    fn words_with_digits_or_signs_and_short_ones_are_not_guessed() {
        let text = " ada lovelace söhne ada.l@example.com ada.l example.com route66 ";
        assert!(guessable_words(text).eq(["lovelace", "söhne"]));
    }

    proptest! {
        #[test]
        fn one_mistake_is_a_distance_of_one(one in "[abcö]{0,7}", other in "[abcö]{0,7}") {
            prop_assert_eq!(is_one_mistake(&one, &other), distance(&one, &other) == 1);
        }
    }
}
