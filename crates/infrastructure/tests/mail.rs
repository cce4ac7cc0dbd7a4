//! Mail as files.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::Arc;

use infrastructure::{FileMailer, MailSender};
use kernel::{MailMessage, Mailer as _};
use testkit::FixedClock;
use uuid::Uuid;

const ID: Uuid = Uuid::from_u128(0x0197_0000_0000_7000_8000_0000_0000_0001);

fn a_mailer(directory: &Path) -> FileMailer {
    let sender = MailSender {
        name: Some("Canvass Prüfstand".parse().unwrap()),
        address: "no-reply@canvass.example".parse().unwrap(),
    };
    let clock = Arc::new(FixedClock::default());
    FileMailer::new(directory.join("mail"), sender, clock)
}

fn a_message() -> MailMessage {
    MailMessage::plain(
        ID,
        "ada@example.com".parse().unwrap(),
        "Willkommen, Zoë".to_owned(),
        "Grüße\n.\nEnde\n".to_owned(),
    )
}

fn names(directory: &Path) -> Vec<String> {
    let mut names = fs::read_dir(directory.join("mail"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect::<Vec<_>>();
    names.sort();
    names
}

fn read(directory: &Path) -> String {
    fs::read_to_string(directory.join(format!("mail/{ID}.eml"))).unwrap()
}

/// The header lines, unfolded.
fn headers(message: &str) -> Vec<String> {
    let (head, _) = message.split_once("\r\n\r\n").unwrap();
    head.replace("\r\n ", " ")
        .split("\r\n")
        .map(str::to_owned)
        .collect()
}

#[tokio::test]
async fn a_message_is_a_file_that_any_mail_program_can_read() {
    let directory = tempfile::tempdir().unwrap();

    a_mailer(directory.path()).send(&a_message()).await.unwrap();

    assert_eq!(names(directory.path()), [format!("{ID}.eml")]);
    let message = read(directory.path());
    let headers = headers(&message);
    for expected in [
        "From: =?utf-8?b?Q2FudmFzcyBQcsO8ZnN0YW5k?= <no-reply@canvass.example>",
        "To: ada@example.com",
        "Subject: Willkommen, =?utf-8?b?Wm/Dqw==?=",
        "Date: Thu, 15 Jan 2026 12:00:00 +0000",
        &format!("Message-ID: <{ID}@canvass.example>"),
        "Content-Type: text/plain; charset=utf-8",
        "MIME-Version: 1.0",
    ] {
        assert!(
            headers.iter().any(|h| h == expected),
            "{expected}: {headers:#?}"
        );
    }
}

#[tokio::test]
async fn a_message_with_html_has_both_and_its_own_headers() {
    let directory = tempfile::tempdir().unwrap();
    let message = MailMessage {
        html: Some("<p>Grüße</p>".to_owned()),
        headers: vec![(
            "List-Unsubscribe",
            "<https://canvass.example/u/1>\r\nBcc: eve@example.com".to_owned(),
        )],
        ..a_message()
    };

    a_mailer(directory.path()).send(&message).await.unwrap();

    let written = read(directory.path());
    let headers = headers(&written);
    let has = |start: &str| headers.iter().any(|header| header.starts_with(start));
    assert!(has("Content-Type: multipart/alternative;"), "{headers:#?}");
    assert!(has("List-Unsubscribe: <https://canvass.example/u/1>  Bcc:"));
    assert!(!has("Bcc"), "{headers:#?}");
    let (plain, html) = (written.find("text/plain"), written.find("text/html"));
    assert!(plain.is_some() && plain < html, "the best comes last");
}

#[tokio::test]
async fn the_same_message_twice_is_one_file() {
    let directory = tempfile::tempdir().unwrap();
    let mailer = a_mailer(directory.path());

    mailer.send(&a_message()).await.unwrap();
    let first = read(directory.path());
    mailer.send(&a_message()).await.unwrap();

    assert_eq!(names(directory.path()).len(), 1);
    assert_eq!(read(directory.path()), first);
}

#[tokio::test]
async fn twenty_workers_that_send_the_same_message_at_once_make_one_file() {
    let directory = tempfile::tempdir().unwrap();
    let mailer = Arc::new(a_mailer(directory.path()));

    let mut sending = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let mailer = Arc::clone(&mailer);
        sending.spawn(async move { mailer.send(&a_message()).await });
    }
    for sent in sending.join_all().await {
        sent.unwrap();
    }

    assert_eq!(names(directory.path()), [format!("{ID}.eml")]);
}

#[tokio::test]
async fn only_the_programs_user_can_read_the_mail() {
    let directory = tempfile::tempdir().unwrap();

    a_mailer(directory.path()).send(&a_message()).await.unwrap();

    let mode = |path: &str| {
        let path = directory.path().join(path);
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    };
    assert_eq!(mode("mail"), 0o700);
    assert_eq!(mode(&format!("mail/{ID}.eml")), 0o600);
}

#[tokio::test]
async fn a_line_break_in_a_subject_makes_no_header() {
    let directory = tempfile::tempdir().unwrap();
    for (number, subject) in [
        "Hi\r\nBcc: eve@example.com",
        "Hi\nBcc: eve@example.com",
        "Hi\rBcc: eve@example.com",
        "Hi\u{85}Bcc: eve@example.com\0",
        "Zoë\r\n\r\nBcc: eve@example.com",
    ]
    .into_iter()
    .enumerate()
    {
        let message = MailMessage {
            id: Uuid::from_u128(number as u128),
            subject: subject.to_owned(),
            ..a_message()
        };
        a_mailer(directory.path()).send(&message).await.unwrap();
        let written =
            fs::read_to_string(directory.path().join(format!("mail/{}.eml", message.id))).unwrap();

        let headers = headers(&written);
        assert!(
            !headers
                .iter()
                .any(|header| header.to_lowercase().starts_with("bcc")),
            "{headers:#?}"
        );
        assert_eq!(headers.len(), 8, "{headers:#?}");
    }
}

#[tokio::test]
async fn a_directory_that_cannot_be_written_to_is_an_error_and_leaves_nothing() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("mail"), "in the way").unwrap();

    let error = a_mailer(directory.path())
        .send(&a_message())
        .await
        .unwrap_err();

    assert_eq!(error.to_string(), "the mail could not be handed over");
}
