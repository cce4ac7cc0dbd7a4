//! Where in an input a value stands.

use std::fmt;

/// A place in an input; shown as a JSON pointer in a URI fragment (RFC 6901, section 6), or as the
/// bare name of a parameter. It is made of names from our own code and of numbers only.
#[derive(Clone, Copy, Debug)]
pub(super) enum Pointer<'a> {
    /// The whole body.
    Body,
    /// A field of an object.
    Field(&'a Pointer<'a>, &'static str),
    /// An item of an array.
    Item(&'a Pointer<'a>, usize),
    /// A parameter.
    Parameter(&'static str),
}

impl fmt::Display for Pointer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Body => f.write_str("#"),
            Self::Field(parent, name) => write!(f, "{parent}/{name}"),
            Self::Item(parent, index) => write!(f, "{parent}/{index}"),
            Self::Parameter(name) => f.write_str(name),
        }
    }
}
