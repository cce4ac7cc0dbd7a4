//! What an address is.

/// Reads an address: tells the form under which it is compared with others, or nothing of a text that is no address.
///
/// Campaigns have no rule of their own for that. They are given the one by which contacts are judged, so that what is an
/// address at one door is one at all of them. What it tells MUST depend on the text alone, and on no white space around it.
pub type ReadAddress = fn(&str) -> Option<String>;
