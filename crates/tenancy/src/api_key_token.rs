//! The tokens that API keys are used with.

use kernel::{RandomBytes, Secret};

use crate::{BearerKind, TokenHash};

/// The token of an API key: `cvk_`, eight characters that lists show, 43 characters of secret, and six of
/// checksum, all digits and letters.
///
/// The secret holds 32 bytes of chance, so a fast hash is all it takes to keep it safe at rest: nobody can try
/// 2²⁵⁶ values, however fast each try is. Slow hashes are for what people make up. The checksum (CRC-32 of what
/// stands before it) tells a mistyped token, or a text that only looks like one, without asking the database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKeyToken(Secret);

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const SHOWN_LEN: usize = 8;
/// 62⁴³ is the first power of 62 beyond 2²⁵⁶.
const SECRET_LEN: usize = 43;
/// 62⁶ is the first power of 62 beyond 2³².
const CHECKSUM_LEN: usize = 6;

impl ApiKeyToken {
    /// What every token begins with.
    pub const PREFIX: &'static str = BearerKind::ApiKey.prefix();

    /// A regular expression that finds tokens in source code and logs, for scanners of secrets.
    pub const PATTERN: &'static str = r"\bcvk_[0-9A-Za-z]{57}\b";

    /// A token that nobody can guess.
    #[must_use]
    pub fn generate(chance: &dyn RandomBytes) -> Self {
        let mut text = Self::PREFIX.to_owned();
        text.push_str(&base62(&chance.bytes(), SHOWN_LEN));
        text.push_str(&base62(&chance.bytes(), SECRET_LEN));
        text.push_str(&checksum(&text));
        Self(Secret::new(text))
    }

    /// The token in `text`; `None` for what cannot be one.
    #[must_use]
    pub fn parse(token: &Secret) -> Option<Self> {
        let text = token.expose();
        let rest = text.strip_prefix(Self::PREFIX)?;
        let has_form = rest.len() == SHOWN_LEN + SECRET_LEN + CHECKSUM_LEN
            && rest.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let (signed, told) = text.split_at_checked(text.len().checked_sub(CHECKSUM_LEN)?)?;
        (has_form && checksum(signed) == told).then(|| Self(token.clone()))
    }

    /// The part that may be shown: enough to tell one's keys apart, and no part of the secret.
    #[must_use]
    pub fn shown(&self) -> &str {
        self.0
            .expose()
            .get(..Self::PREFIX.len() + SHOWN_LEN)
            .unwrap_or_default()
    }

    /// The form in which the token is stored.
    #[must_use]
    pub fn hash(&self) -> TokenHash {
        TokenHash::of(&self.0)
    }

    /// The token itself, to be shown once.
    #[must_use]
    pub const fn secret(&self) -> &Secret {
        &self.0
    }
}

fn checksum(text: &str) -> String {
    base62(
        &crc32fast::hash(text.as_bytes()).to_be_bytes(),
        CHECKSUM_LEN,
    )
}

/// The last `width` digits to base 62 of the number with these bytes, most significant first.
fn base62(bytes: &[u8], width: usize) -> String {
    let mut number = bytes.to_vec();
    let mut digits = Vec::with_capacity(width);
    for _ in 0..width {
        let mut rest = 0_u16;
        for byte in &mut number {
            let part = (rest << 8) | u16::from(*byte);
            *byte = quotient(part);
            rest = part % 62;
        }
        digits.push(char::from(ALPHABET[usize::from(rest)]));
    }
    digits.into_iter().rev().collect()
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "the part is below 62 times 256, so the quotient is below 256"
)]
const fn quotient(part: u16) -> u8 {
    (part / 62) as u8
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    struct Chance([u8; 32]);

    impl RandomBytes for Chance {
        fn bytes(&self) -> [u8; 32] {
            self.0
        }
    }

    #[test]
    fn numbers_are_written_to_base_62() {
        assert_eq!(base62(&[0], 3), "000");
        assert_eq!(base62(&[61], 2), "0z");
        assert_eq!(base62(&[62], 2), "10");
        assert_eq!(base62(&u32::MAX.to_be_bytes(), 6), "4gfFC3");
        assert_eq!(
            base62(&[0xFF; 32], 43),
            "yhjskwdA6OZ1AL1YmHWZWm8LLG7HjnuCA2j5rOw8Xp1"
        );
    }

    #[test]
    fn a_token_has_the_form_that_scanners_look_for() {
        let token = ApiKeyToken::generate(&Chance([7; 32]));
        let text = token.secret().expose();

        assert_eq!(text.len(), 4 + 57);
        assert!(ApiKeyToken::PATTERN.contains("{57}"));
        assert!(
            text.strip_prefix("cvk_")
                .unwrap()
                .bytes()
                .all(|b| b.is_ascii_alphanumeric())
        );
        assert_eq!(token.shown(), &text[..12]);
        assert!(!format!("{token:?}").contains("cvk_"));
    }

    #[test]
    fn what_is_no_token_is_told_by_its_form() {
        let text = ApiKeyToken::generate(&Chance([7; 32]))
            .secret()
            .expose()
            .to_owned();
        for bad in [
            "",
            "cvk_",
            "ö",
            &text[1..],
            &text[..text.len() - 1],
            &format!("{text}0"),
            &format!(" {text}"),
            &text.replace("cvk_", "cvk-"),
            &text.to_lowercase(),
        ] {
            assert_eq!(
                ApiKeyToken::parse(&Secret::new(bad.to_owned())),
                None,
                "{bad}"
            );
        }
    }

    proptest! {
        #[test]
        fn a_token_parses_back_and_with_one_other_character_it_does_not(
            chance in any::<[u8; 32]>(),
            place in 4_usize..61,
            other in prop::sample::select(ALPHABET.to_vec()),
        ) {
            let token = ApiKeyToken::generate(&Chance(chance));
            let text = token.secret().expose().to_owned();
            let mut mistyped = text.clone().into_bytes();
            mistyped[place] = other;
            let mistyped = String::from_utf8(mistyped).unwrap();

            prop_assert_eq!(ApiKeyToken::parse(&Secret::new(text.clone())), Some(token));
            prop_assert_eq!(ApiKeyToken::parse(&Secret::new(mistyped.clone())).is_some(), mistyped == text);
        }
    }
}
