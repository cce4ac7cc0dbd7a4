//! Taking a file in.

use async_trait::async_trait;
use kernel::{ContactImportId, ContactListId, TenantScope};
use sha2::{Digest as _, Sha256};

use super::{ContactImport, FileFormat, NewImport};
use crate::ContactError;
use crate::ports::ContactUnit;
use crate::workbench::{Workbench, find_list};

/// How big the pieces are in which a file is kept, in bytes.
const PIECE: usize = 512 * 1024;

/// A file on its way in, in pieces of any size.
#[async_trait]
pub trait FileSource: Send {
    /// The next bytes; `None` at the end of the file. Where it fails, the file is not taken in.
    async fn next(&mut self) -> Result<Option<Vec<u8>>, SourceBroken>;
}

/// The file ended before its end, or is longer than allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the file did not arrive whole")]
pub struct SourceBroken;

/// A file that is there, and that no import works on yet.
#[derive(Debug)]
pub struct Uploaded {
    pub(super) import: ContactImport,
    pub(super) sha256: [u8; 32],
    pub(super) format: FileFormat,
    pub(super) size: u64,
    pub(super) repeat: bool,
    pub(super) wait: bool,
}

impl Uploaded {
    /// The SHA-256 of the file.
    #[must_use]
    pub const fn sha256(&self) -> &[u8; 32] {
        &self.sha256
    }
}

/// What is read of a file's beginning to tell how it looks, in bytes.
pub(super) const SAMPLE: usize = 256 * 1024;

impl Workbench {
    /// Takes in a file of an import; each piece is stored in a unit of its own, so that a slow client holds none.
    pub(super) async fn receive(
        &self,
        scope: &TenantScope,
        list: ContactListId,
        new: &NewImport,
        source: &mut dyn FileSource,
    ) -> Result<Uploaded, ContactError> {
        let at = self.now();
        let by = scope.actor().user();
        let id = self.id(ContactImportId::from_uuid);
        let import = ContactImport::open(id, scope.organization(), list, new, at, by);
        let unit = self.begin(scope).await?;
        find_list(unit.as_ref(), list).await?;
        unit.imports().insert(&import).await?;
        unit.commit().await?;

        let received = self.store_file(scope, id, source).await;
        match received {
            Ok((sample, size, sha256)) => Ok(Uploaded {
                import,
                sha256,
                format: FileFormat::detect(&sample),
                size,
                repeat: new.repeat,
                wait: new.wait,
            }),
            Err(error) => {
                self.discard(scope, id).await?;
                Err(error)
            }
        }
    }

    /// Removes an upload as if it had never been.
    pub(super) async fn discard(
        &self,
        scope: &TenantScope,
        id: ContactImportId,
    ) -> Result<(), ContactError> {
        let unit = self.begin(scope).await?;
        unit.imports().discard(id).await?;
        Ok(unit.commit().await?)
    }

    async fn store_file(
        &self,
        scope: &TenantScope,
        import: ContactImportId,
        source: &mut dyn FileSource,
    ) -> Result<(Vec<u8>, u64, [u8; 32]), ContactError> {
        let mut hash = Sha256::new();
        let mut sample = Vec::new();
        let mut piece = Vec::with_capacity(PIECE);
        let mut size = 0;
        let mut position = 0;
        loop {
            let bytes = source.next().await.map_err(ContactError::FileBroken)?;
            let is_last = bytes.is_none();
            let bytes = bytes.unwrap_or_default();
            size += bytes.len() as u64;
            hash.update(&bytes);
            let wanted = SAMPLE.saturating_sub(sample.len()).min(bytes.len());
            sample.extend_from_slice(&bytes[..wanted]);
            piece.extend_from_slice(&bytes);
            while piece.len() >= PIECE || (is_last && !piece.is_empty()) {
                let rest = piece.split_off(PIECE.min(piece.len()));
                let unit = self.begin(scope).await?;
                unit.import_files()
                    .append(import, position, &piece, self.now())
                    .await?;
                unit.commit().await?;
                position += 1;
                piece = rest;
            }
            if is_last {
                return Ok((sample, size, hash.finalize().into()));
            }
        }
    }

    /// The beginning of a file.
    pub(super) async fn sample(
        &self,
        unit: &dyn ContactUnit,
        import: ContactImportId,
    ) -> Result<Vec<u8>, ContactError> {
        let mut sample = unit
            .import_files()
            .piece(import, 0)
            .await?
            .unwrap_or_default();
        sample.truncate(SAMPLE);
        Ok(sample)
    }
}
