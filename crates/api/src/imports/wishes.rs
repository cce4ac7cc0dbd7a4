//! What the parameters say of a file.

use contacts::{ContactText, ImportOptions, NewImport, OnDuplicate, OnInvalid};

use crate::input::{Query, flag, parameters, text};
use crate::problem::ApiError;
use crate::schema::{LineText, OnDuplicateText, OnInvalidText};

/// What the parameters say of a file.
pub(super) struct Wishes {
    pub(super) name: Query<Option<LineText>>,
    pub(super) on_duplicate: Query<Option<OnDuplicateText>>,
    pub(super) invalid: Query<Option<OnInvalidText>>,
    pub(super) dry_run: Query<Option<bool>>,
    pub(super) repeat: Query<Option<bool>>,
    pub(super) wait: Query<Option<bool>>,
}

impl Wishes {
    /// What is wished; the file is called as the parameters say, or `name`, or `contacts.csv`.
    pub(super) fn read(&self, name: Option<&str>) -> Result<NewImport, ApiError> {
        parameters(|query| {
            let given = query.optional(&self.name, text::<ContactText>);
            let on_duplicate = query.optional(&self.on_duplicate, text::<OnDuplicate>);
            let invalid = query.optional(&self.invalid, text::<OnInvalid>);
            let dry_run = query.optional(&self.dry_run, flag);
            let repeat = query.optional(&self.repeat, flag);
            let wait = query.optional(&self.wait, flag);
            Some(NewImport {
                file_name: given?
                    .or_else(|| name.and_then(ContactText::lossy))
                    .or_else(|| ContactText::lossy("contacts.csv"))?,
                options: ImportOptions {
                    on_duplicate: on_duplicate?.unwrap_or(OnDuplicate::Update),
                    invalid: invalid?.unwrap_or(OnInvalid::Keep),
                    dry_run: dry_run?.unwrap_or_default(),
                },
                repeat: repeat?.unwrap_or_default(),
                wait: wait?.unwrap_or_default(),
            })
        })
    }
}
