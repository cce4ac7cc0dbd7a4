//! Whether name servers are asked.

use std::fmt;
use std::net::SocketAddr;

use clap::ValueEnum;
use serde::Deserialize;

/// On or off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Switch {
    /// On.
    On,
    /// Off.
    Off,
}

/// Whether name servers are asked if domains take mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dns {
    /// Nobody is asked.
    Off,
    /// They are asked, through this resolver or the system's.
    On(Option<SocketAddr>),
    /// They are asked, unless the system has no resolver.
    OnIfPossible,
}

impl Dns {
    /// What follows from the settings: a resolver that is named is asked, and so is the system's where the database
    /// is not a private one, for trying things out.
    pub(super) fn of(
        switch: Option<Switch>,
        resolver: Option<SocketAddr>,
        private_database: bool,
    ) -> Self {
        match (switch, resolver) {
            (Some(Switch::Off), _) => Self::Off,
            (Some(Switch::On), _) | (None, Some(_)) => Self::On(resolver),
            (None, None) if private_database => Self::Off,
            (None, None) => Self::OnIfPossible,
        }
    }
}

/// Written as the two settings that lead to it.
impl fmt::Display for Dns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Off => f.write_str("off"),
            Self::On(Some(resolver)) => write!(f, "on, through {resolver}"),
            Self::On(None) | Self::OnIfPossible => f.write_str("on, through the system's resolver"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn name_servers_are_asked_where_somebody_said_so_or_the_database_is_no_private_one() {
        let resolver = "192.0.2.53:53".parse().ok();

        assert_eq!(Dns::of(None, None, true), Dns::Off);
        assert_eq!(Dns::of(None, None, false), Dns::OnIfPossible);
        assert_eq!(Dns::of(None, resolver, true), Dns::On(resolver));
        assert_eq!(Dns::of(Some(Switch::On), None, true), Dns::On(None));
        assert_eq!(Dns::of(Some(Switch::Off), resolver, false), Dns::Off);
    }
}
