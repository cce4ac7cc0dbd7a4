//! Mail as files: the default where no mail server is configured.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use kernel::{BoxError, Clock, EmailAddress, MailMessage, Mailer, MailerError, Name};
use lettre::Address;
use lettre::message::header::{
    ContentTransferEncoding, ContentType, HeaderName, HeaderValue, MIME_VERSION_1_0,
};
use lettre::message::{Body, Mailbox, Message, MultiPart};

use crate::clock::SystemRandom;
use crate::hex;

/// Whom the installation's own mails come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailSender {
    /// The name that is shown.
    pub name: Option<Name>,
    /// The address.
    pub address: EmailAddress,
}

/// Writes each message as `<id>.eml` (RFC 5322) into a directory.
///
/// Directory and files belong to the program's user alone. A message appears whole or not at all, and a
/// message that was written is not written again.
pub struct FileMailer {
    directory: PathBuf,
    sender: MailSender,
    clock: Arc<dyn Clock>,
}

impl FileMailer {
    /// A mailer that writes into `directory`, which it makes when it is first needed.
    #[must_use]
    pub fn new(directory: PathBuf, sender: MailSender, clock: Arc<dyn Clock>) -> Self {
        Self {
            directory,
            sender,
            clock,
        }
    }

    fn compose(&self, message: &MailMessage) -> Result<Vec<u8>, BoxError> {
        let from = &self.sender.address;
        let domain = from
            .as_str()
            .rsplit_once('@')
            .map_or("", |(_, domain)| domain);
        let name = self
            .sender
            .name
            .as_ref()
            .map(|name| one_line(name.as_str()));
        let builder = Message::builder()
            .from(Mailbox::new(name, from.as_str().parse::<Address>()?))
            .to(Mailbox::new(None, message.to.as_str().parse::<Address>()?))
            .subject(one_line(&message.subject))
            .date(self.clock.now().into())
            .message_id(Some(format!("<{}@{domain}>", message.id)))
            .header(MIME_VERSION_1_0);
        let mut composed = match &message.html {
            Some(html) => builder.multipart(MultiPart::alternative_plain_html(
                message.text.clone(),
                html.clone(),
            ))?,
            None => builder
                .header(ContentType::TEXT_PLAIN)
                .body(readable(&message.text))?,
        };
        for (name, value) in &message.headers {
            let value = HeaderValue::new(HeaderName::new_from_ascii_str(name), one_line(value));
            composed.headers_mut().insert_raw(value);
        }
        Ok(composed.formatted())
    }
}

/// The longest line that a message may have, without its line break (RFC 5322, section 2.1.1).
const MAX_LINE: usize = 998;

/// The text as it is, so that people can copy a token out of the file; encoded where that is not allowed.
fn readable(text: &str) -> Body {
    let is_plain = text.lines().all(|line| line.len() <= MAX_LINE) && !text.contains(['\r', '\0']);
    if !is_plain {
        return Body::new(text.to_owned());
    }
    let encoding = if text.is_ascii() {
        ContentTransferEncoding::SevenBit
    } else {
        ContentTransferEncoding::EightBit
    };
    Body::dangerous_pre_encoded(text.replace('\n', "\r\n").into_bytes(), encoding)
}

#[async_trait]
impl Mailer for FileMailer {
    async fn send(&self, message: &MailMessage) -> Result<(), MailerError> {
        let content = self.compose(message).map_err(MailerError)?;
        let directory = self.directory.clone();
        let name = message.id.to_string();
        tokio::task::spawn_blocking(move || write_once(&directory, &name, &content))
            .await
            .map_err(|error| MailerError(Box::new(error)))?
            .map_err(|error| MailerError(Box::new(error)))
    }
}

/// A line break would begin another header.
fn one_line(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}

fn write_once(directory: &Path, name: &str, content: &[u8]) -> io::Result<()> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(directory)?;
    let file = directory.join(format!("{name}.eml"));
    if file.try_exists()? {
        return Ok(());
    }

    // Two workers may write the same message, when one of them lost its lease without knowing; each
    // has a file of its own, and whoever is last replaces the same by the same.
    let chance = kernel::RandomBytes::bytes(&SystemRandom);
    let unfinished = directory.join(format!(".{name}.{}.tmp", hex::encode(&chance[..8])));
    let written = write_and_rename(&unfinished, &file, content);
    if written.is_err() {
        let _ = fs::remove_file(&unfinished);
    }
    written?;
    File::open(directory)?.sync_all()
}

fn write_and_rename(unfinished: &Path, file: &Path, content: &[u8]) -> io::Result<()> {
    let mut handle = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(unfinished)?;
    handle.write_all(content)?;
    handle.sync_all()?;
    fs::rename(unfinished, file)
}
