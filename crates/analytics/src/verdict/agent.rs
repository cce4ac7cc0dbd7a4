//! What a user agent says of itself.

/// The kind of program that a user agent names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AgentKind {
    /// None was sent.
    Absent,
    /// The proxy of Apple's Mail Privacy Protection, which says nothing but `Mozilla/5.0`.
    PrivacyProxy,
    /// A proxy that fetches pictures when a person opens the mail, and sometimes ahead: Google's, Yahoo's.
    MailProxy,
    /// A scanner of links that says so.
    Scanner,
    /// A preview of a link in a chat or a social network.
    Preview,
    /// A robot, a monitor, or a browser without a window.
    Robot,
    /// A program or a library that people do not read with.
    Tool,
    /// A browser or a program for mails.
    Reader,
    /// Something else.
    Other,
}

/// Words of scanners of links and attachments, in small letters.
const SCANNERS: &[&str] = &[
    "barracuda",
    "proofpoint",
    "mimecast",
    "safelinks",
    "safe links",
    "microsoft defender",
    "ms-atp",
    "symantec",
    "messagelabs",
    "fireeye",
    "trend micro",
    "trendmicro",
    "sophos",
    "ironport",
    "cisco secure email",
    "forcepoint",
    "zscaler",
    "cloudmark",
    "vade secure",
    "vadesecure",
    "hornetsecurity",
    "avanan",
    "urlscan",
    "virustotal",
    "spamassassin",
    "phishtank",
    "checkpoint",
    "googlesafebrowsing",
    "bitdefender",
    "kaspersky",
];

/// Words of programs that show what is behind a link before somebody follows it.
const PREVIEWS: &[&str] = &[
    "facebookexternalhit",
    "facebot",
    "slackbot",
    "slack-imgproxy",
    "twitterbot",
    "linkedinbot",
    "whatsapp/",
    "telegrambot",
    "discordbot",
    "skypeuripreview",
    "microsoftpreview",
    "bingpreview",
    "google-pagerenderer",
    "embedly",
    "iframely",
    "redditbot",
    "pinterestbot",
];

/// Words of robots, monitors, and browsers without a window.
const ROBOTS: &[&str] = &[
    "spider",
    "crawl",
    "slurp",
    "headless",
    "phantomjs",
    "puppeteer",
    "playwright",
    "selenium",
    "archiver",
    "monitor",
    "pingdom",
    "lighthouse",
    "scanner",
    "nessus",
    "nmap",
    "censys",
    "mediapartners-google",
    "apis-google",
    "google-read-aloud",
    "feedfetcher",
    "validator",
    "linkcheck",
];

/// How tools begin.
const TOOLS: &[&str] = &[
    "curl/",
    "wget/",
    "libwww-perl",
    "lwp::",
    "lwp-",
    "python-requests",
    "python-urllib",
    "python/",
    "aiohttp",
    "httpx",
    "python-httpx",
    "scrapy",
    "go-http-client",
    "java/",
    "apache-httpclient",
    "okhttp",
    "axios/",
    "node-fetch",
    "node",
    "undici",
    "got (",
    "got/",
    "ruby",
    "faraday",
    "guzzlehttp",
    "php/",
    "php-curl",
    "reqwest",
    "ureq/",
    "hyper/",
    "powershell",
    "postmanruntime",
    "insomnia",
    "httpie",
    "dart",
    "perl",
    "winhttp",
    "microsoft url control",
    "restsharp",
    "jersey",
    "rest-client",
];

/// How programs name themselves that people read mails and pages with.
const READERS: &[&str] = &[
    "firefox/",
    "chrome/",
    "crios/",
    "fxios/",
    "safari/",
    "applewebkit/",
    "thunderbird/",
    "microsoft outlook",
    "outlook-ios",
    "outlook-android",
    "opera",
    "msie ",
    "trident/",
    "edge/",
    "lynx/",
    "w3m/",
    "links (",
    "konqueror",
    "lotus-notes",
    "airmail",
    "emclient",
    "em client",
    "the bat!",
    "evolution/",
    "k-9",
    "mailspring",
];

impl AgentKind {
    /// The kind of program that this user agent names.
    #[must_use]
    pub fn of(user_agent: Option<&str>) -> Self {
        let Some(said) = user_agent.map(str::trim).filter(|said| !said.is_empty()) else {
            return Self::Absent;
        };
        if said == "Mozilla/5.0" {
            return Self::PrivacyProxy;
        }
        let said = said.to_ascii_lowercase();
        let has = |words: &[&str]| words.iter().any(|word| said.contains(word));
        if has(&["googleimageproxy", "yahoomailproxy"]) {
            Self::MailProxy
        } else if has(SCANNERS) {
            Self::Scanner
        } else if has(PREVIEWS) {
            Self::Preview
        } else if has(ROBOTS) || names_a_bot(&said) {
            Self::Robot
        } else if TOOLS.iter().any(|tool| said.starts_with(tool)) {
            Self::Tool
        } else if has(READERS) {
            Self::Reader
        } else {
            Self::Other
        }
    }
}

/// Whether a word ends in `bot`: `Googlebot/2.1`, `bot`, but not `Cubot`, which makes telephones, nor `bottle`.
fn names_a_bot(said: &str) -> bool {
    let words = said.split(|c: char| !c.is_ascii_alphanumeric());
    words
        .filter(|word| word.ends_with("bot") || *word == "bots")
        .any(|word| word != "cubot")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_inside_of_other_words_say_nothing() {
        let phone = "Mozilla/5.0 (Linux; Android 10; CUBOT P40) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Mobile Safari/537.36";
        assert_eq!(AgentKind::of(Some(phone)), AgentKind::Reader);
        assert_eq!(AgentKind::of(Some("Googlebot/2.1")), AgentKind::Robot);
        assert_eq!(AgentKind::of(Some("MyCurl/1")), AgentKind::Other);
        assert_eq!(AgentKind::of(Some(" \t")), AgentKind::Absent);
        assert_eq!(AgentKind::of(None), AgentKind::Absent);
    }
}
