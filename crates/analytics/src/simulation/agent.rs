//! What people read mails with, and what looks at mails before them.

/// A person's program for mails, as its fetch of a picture shows it, and the browser that links open in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Device {
    pub(super) mail: &'static str,
    pub(super) browser: &'static str,
    /// Whether pictures are fetched by a proxy of the mail's provider when the person opens the mail.
    pub(super) proxied: bool,
    /// Of a hundred people, so many.
    share: u32,
}

const IPHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1";
const ANDROID: &str = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/137.0.0.0 Mobile Safari/537.36";
const CHROME: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/137.0.0.0 Safari/537.36";
const EDGE: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/137.0.0.0 Safari/537.36 Edg/137.0.0.0";
const FIREFOX: &str =
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:139.0) Gecko/20100101 Firefox/139.0";
const SAFARI: &str = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15";
const GOOGLE: &str =
    "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)";
const YAHOO: &str = "YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html";
const OUTLOOK: &str = "Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 10.0; WOW64; Trident/7.0; .NET4.0C; .NET4.0E; Microsoft Outlook 16.0.18730; ms-office; MSOffice 16)";
const THUNDERBIRD: &str =
    "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Thunderbird/128.11.0";
const APPLE_MAIL: &str =
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)";
const IPHONE_MAIL: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148";

/// The proxy of Apple's Mail Privacy Protection names itself with nothing but this.
pub(super) const PRIVACY_PROXY: &str = "Mozilla/5.0";
/// A scanner that passes itself off as a browser; what gives it away is that it follows every link at once.
pub(super) const SCANNER: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/109.0.0.0 Safari/537.36";

const DEVICES: [Device; 9] = [
    proxied(GOOGLE, ANDROID, 16),
    proxied(GOOGLE, CHROME, 16),
    device(IPHONE_MAIL, IPHONE, 22),
    device(OUTLOOK, EDGE, 16),
    device(CHROME, CHROME, 10),
    device(APPLE_MAIL, SAFARI, 8),
    proxied(YAHOO, CHROME, 5),
    device(FIREFOX, FIREFOX, 4),
    device(THUNDERBIRD, FIREFOX, 3),
];

const fn device(mail: &'static str, browser: &'static str, share: u32) -> Device {
    Device {
        mail,
        browser,
        proxied: false,
        share,
    }
}

const fn proxied(mail: &'static str, browser: &'static str, share: u32) -> Device {
    Device {
        proxied: true,
        ..device(mail, browser, share)
    }
}

impl Device {
    /// The device of one of a hundred people.
    pub(super) fn of(percent: u32) -> Self {
        let mut left = percent;
        for device in DEVICES {
            if left < device.share {
                return device;
            }
            left -= device.share;
        }
        DEVICES[0]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hundred_people_have_a_device_each() {
        assert_eq!(DEVICES.iter().map(|it| it.share).sum::<u32>(), 100);
        assert_eq!(Device::of(0).mail, GOOGLE);
        assert_eq!(Device::of(99).mail, THUNDERBIRD);
    }
}
