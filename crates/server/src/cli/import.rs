//! What `canvass import` is told.

use std::path::PathBuf;

use clap::Args;
use uuid::Uuid;

/// What is imported, and how.
#[derive(Args)]
pub(crate) struct Import {
    /// CSV file
    #[arg(required_unless_present = "waiting")]
    pub(crate) file: Option<PathBuf>,
    /// List that its contacts are put on, by name or id; it is made where there is none
    #[arg(long, value_name = "NAME", required_unless_present = "waiting")]
    pub(crate) list: Option<String>,
    /// Start this import, which waits to be told how its file is read, instead of sending a file
    #[arg(long, value_name = "ID", conflicts_with_all = ["file", "list"])]
    pub(crate) waiting: Option<Uuid>,
    /// Organization that the list is of, by slug or id
    #[arg(long, env = "CANVASS_ORGANIZATION", value_name = "SLUG")]
    pub(crate) organization: String,
    /// API key with the scopes `contact.import`, `contact.view`, `contact_list.view` and `contact_list.create`; with
    /// `contact_list.delete`, a list that was made for a file which is refused goes with it
    #[arg(
        long,
        env = "CANVASS_API_KEY",
        value_name = "KEY",
        hide_env_values = true
    )]
    pub(crate) api_key: String,
    /// Server (default: the public URL, or where it would listen)
    #[arg(long, env = "CANVASS_URL", value_name = "URL")]
    pub(crate) url: Option<String>,
    /// What becomes of rows of contacts that are there already (default: `update`)
    #[arg(long, value_name = "HOW", value_parser = ["skip", "update", "fill_empty"])]
    pub(crate) on_duplicate: Option<String>,
    /// What becomes of rows whose address is none (default: `keep`)
    #[arg(long, value_name = "HOW", value_parser = ["keep", "reject"])]
    pub(crate) invalid: Option<String>,
    /// Meaning of a column, as `Receiver=email`; may be repeated
    #[arg(long, value_name = "COLUMN=MEANING", value_parser = column_meaning)]
    pub(crate) map: Vec<ColumnMeaning>,
    /// How the file's text is written in bytes (default: as it looks)
    #[arg(long, value_name = "NAME", value_parser = ["utf-8", "utf-16le", "utf-16be", "windows-1252"])]
    pub(crate) encoding: Option<String>,
    /// What stands between two cells (default: as it looks)
    #[arg(long, value_name = "SIGN", value_parser = [",", ";", "|", "tab"])]
    pub(crate) delimiter: Option<String>,
    /// Line at which the header begins, from 1; 0 where there is none (default: as it looks)
    #[arg(long, value_name = "LINE", value_parser = clap::value_parser!(u32).range(..=1_000_000))]
    pub(crate) header_line: Option<u32>,
    /// Only tell what would become of the rows
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Import the file even if it was imported into the list before
    #[arg(long)]
    pub(crate) repeat: bool,
    /// File to write rejected rows into
    #[arg(long, value_name = "FILE")]
    pub(crate) rejections: Option<PathBuf>,
}

/// What somebody says of a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ColumnMeaning {
    pub(crate) column: String,
    pub(crate) meaning: String,
}

fn column_meaning(text: &str) -> Result<ColumnMeaning, String> {
    let (column, meaning) = text
        .rsplit_once('=')
        .ok_or("say COLUMN=MEANING, as Receiver=email")?;
    match meaning.parse::<contacts::Meaning>() {
        Ok(meaning) => Ok(ColumnMeaning {
            column: column.to_owned(),
            meaning: meaning.as_str().to_owned(),
        }),
        Err(error) => Err(format!(
            "{error}; the meanings are {}",
            contacts::Meaning::ALL
                .iter()
                .map(|meaning| meaning.as_str())
                .collect::<Vec<_>>()
                .join(", ")
        )),
    }
}

impl Import {
    /// Whether anything was said of how the file is to be read.
    pub(crate) const fn says_how_to_read(&self) -> bool {
        !self.map.is_empty()
            || self.encoding.is_some()
            || self.delimiter.is_some()
            || self.header_line.is_some()
    }

    /// What was said of rows, by the name under which the API takes it.
    pub(crate) fn words(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let words = [
            ("on_duplicate", &self.on_duplicate),
            ("invalid", &self.invalid),
        ];
        words
            .into_iter()
            .filter_map(|(name, word)| Some((name, word.as_deref()?)))
    }
}

/// The key is a secret.
impl std::fmt::Debug for Import {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Import")
            .field("list", &self.list)
            .field("dry_run", &self.dry_run)
            .finish_non_exhaustive()
    }
}
