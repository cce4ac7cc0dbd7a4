//! Mails of campaigns that go nowhere.

use async_trait::async_trait;
use campaigns::{BounceKind, Campaign, Delivery, DueMail, Transport, TransportError};

/// Delivers no mail. It takes all, but for those whose address says what is to become of them, so that one can see what
/// a campaign makes of that: by what stands behind the last plus sign before the `@`, in whichever case.
///
/// | address | becomes of the mail |
/// |---|---|
/// | `ada+hard-bounce@firm.de` | it comes back, and will never arrive |
/// | `ada+soft-bounce@firm.de` | it comes back this time |
/// | `ada+refused@firm.de` | it is not taken, for the reason `refused` |
#[derive(Clone, Copy, Debug, Default)]
pub struct SimulatedTransport;

#[async_trait]
impl Transport for SimulatedTransport {
    async fn send(
        &self,
        _campaign: &Campaign,
        mails: &[DueMail],
    ) -> Result<Vec<Delivery>, TransportError> {
        Ok(mails.iter().map(|mail| delivery(&mail.address)).collect())
    }
}

fn delivery(address: &str) -> Delivery {
    let local = address.rsplit_once('@').map_or("", |(local, _)| local);
    let tag = local.rsplit_once('+').map_or("", |(_, tag)| tag);
    match tag.to_ascii_lowercase().as_str() {
        "hard-bounce" => Delivery::Bounced(BounceKind::Hard),
        "soft-bounce" => Delivery::Bounced(BounceKind::Soft),
        "refused" => Delivery::Failed("refused"),
        _ => Delivery::Accepted,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_what_becomes_of_its_mail() {
        let (hard, soft) = (
            Delivery::Bounced(BounceKind::Hard),
            Delivery::Bounced(BounceKind::Soft),
        );
        for (address, expected) in [
            ("ada+hard-bounce@firm.de", hard),
            ("ada+SOFT-bounce@firm.de", soft),
            ("+soft-bounce@firm.de", soft),
            ("ada+news+refused@firm.de", Delivery::Failed("refused")),
            ("ada+refused+news@firm.de", Delivery::Accepted),
            ("ada+hard-bounces@firm.de", Delivery::Accepted),
            ("hard-bounce@firm.de", Delivery::Accepted),
            ("ada@firm+hard-bounce.de", Delivery::Accepted),
            ("ada+hard-bounce", Delivery::Accepted),
            ("ada@firm.de", Delivery::Accepted),
            ("", Delivery::Accepted),
        ] {
            assert_eq!(delivery(address), expected, "{address}");
        }
    }
}
