//! Who a lead is.

use kernel::ContactId;

/// What tells one person from another: the contact that they are or, where they are none, the address that they gave.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Person(String);

impl Person {
    /// The longest text, in bytes.
    pub const MAX_LEN: usize = 400;

    /// Somebody who is a contact.
    #[must_use]
    pub fn contact(contact: ContactId) -> Self {
        Self(format!("contact:{contact}"))
    }

    /// Somebody who gave an address, which is in the form under which addresses are compared.
    #[must_use]
    pub fn address(address: &str) -> Self {
        Self(format!("email:{address}"))
    }

    /// A person as they were stored; `None` where the text is too long to be one.
    #[must_use]
    pub fn restore(text: String) -> Option<Self> {
        (text.len() <= Self::MAX_LEN).then_some(Self(text))
    }

    /// The address, where nothing else is known of them.
    #[must_use]
    pub fn given_address(&self) -> Option<&str> {
        self.0.strip_prefix("email:")
    }

    /// The text by which people are compared.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Person {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Person(…)")
    }
}
