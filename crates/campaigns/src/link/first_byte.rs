//! What is signed of a token begins with one of these bytes, each of which is of one kind of token, so that none is taken
//! for another.

/// Of a link that shows that a mail was opened.
pub(super) const OPEN: u8 = 1;

/// Of a link that leads to a target.
pub(super) const CLICK: u8 = 2;

/// Of a link that leads to a landing page.
pub(super) const VISIT: u8 = 3;

/// Of a link that leads to where one leaves.
pub(super) const UNSUBSCRIBE: u8 = 4;

/// Of a landing page.
pub(super) const PAGE: u8 = 5;
