//! Where contacts and lists come from, and closed lists of words in general.

use kernel::FieldFault;

/// The text is not one of the words of a closed list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not one of the words that are allowed here")]
pub struct UnknownWord;

impl From<UnknownWord> for FieldFault {
    fn from(error: UnknownWord) -> Self {
        Self::new("unknown-value", error.to_string())
    }
}

/// A closed list of words, each a variant.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $text:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)+
        }

        impl $name {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The word in storage and on the wire.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)+
                }
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::UnknownWord;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::ALL
                    .iter()
                    .copied()
                    .find(|word| word.as_str() == text)
                    .ok_or($crate::UnknownWord)
            }
        }
    };
}
pub(crate) use words;

words! {
    /// Where a contact or a list came from.
    ContactSource {
        /// A file that was uploaded as a list.
        Upload = "upload",
        /// An import into a list that was there.
        Import = "import",
        /// A program, over the API.
        Api = "api",
        /// A person, one by one.
        Manual = "manual",
        /// A form on a landing page.
        Form = "form",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_read_back_and_no_other_is() {
        for source in ContactSource::ALL {
            assert_eq!(source.as_str().parse(), Ok(*source));
        }
        assert_eq!("Upload".parse::<ContactSource>(), Err(UnknownWord));
    }
}
