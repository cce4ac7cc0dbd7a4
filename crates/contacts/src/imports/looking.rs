//! Use cases: looking at imports, and at what became of their rows.

use std::collections::HashMap;

use kernel::{
    AuditAction, Changes, ContactImportId, ContactListId, Cursor, Page, PageRequest, TenantScope,
};
use uuid::Uuid;

use super::service::{detail, find_import};
use super::{
    ContactImport, ImportDetail, ImportPreview, Imports, LeftContact, Rejection, RejectionsCsv,
};
use crate::ContactError;
use crate::workbench::find_list;

/// How many characters are shown of a row that was refused.
const SHOWN: u16 = 2_000;

impl Imports {
    /// The imports into a list, in the order of their ids.
    pub async fn list(
        &self,
        scope: &TenantScope,
        list: ContactListId,
        page: &PageRequest,
    ) -> Result<Page<ImportDetail>, ContactError> {
        let unit = self.bench.begin(scope).await?;
        find_list(unit.as_ref(), list).await?;
        let imports = unit.imports().list(list, page).await?;
        let jobs = imports
            .items
            .iter()
            .filter_map(|import| import.state().job)
            .collect::<Vec<_>>();
        let jobs = unit.jobs().find_many(&jobs).await?;
        unit.commit().await?;
        let mut jobs = jobs
            .into_iter()
            .map(|job| (job.id, job))
            .collect::<HashMap<_, _>>();
        let with_job = |import: ContactImport| {
            let job = import.state().job.and_then(|job| jobs.remove(&job));
            ImportDetail { import, job }
        };
        Ok(Page {
            items: imports.items.into_iter().map(with_job).collect(),
            next: imports.next,
        })
    }

    /// An import.
    pub async fn read(
        &self,
        scope: &TenantScope,
        id: ContactImportId,
    ) -> Result<ImportDetail, ContactError> {
        let unit = self.bench.begin(scope).await?;
        let import = find_import(unit.as_ref(), id).await?;
        let detail = detail(unit.as_ref(), import).await?;
        unit.commit().await?;
        Ok(detail)
    }

    /// The first rows of its file, as they are understood; none where the file is not kept any more.
    pub async fn preview(
        &self,
        scope: &TenantScope,
        id: ContactImportId,
    ) -> Result<ImportPreview, ContactError> {
        let unit = self.bench.begin(scope).await?;
        let import = find_import(unit.as_ref(), id).await?;
        let sample = self.bench.sample(unit.as_ref(), id).await?;
        unit.commit().await?;
        let format = import
            .format()
            .cloned()
            .ok_or(ContactError::NotFound("import"))?;
        let is_whole = sample.len() as u64 == import.state().size;
        let version = import.state().stamps.version;
        Ok(ImportPreview::of(format, version, &sample, is_whole))
    }

    /// The rows that were refused, in the order of the file, with the first 2,000 characters of what stands there. The
    /// download has all.
    pub async fn rejections(
        &self,
        scope: &TenantScope,
        id: ContactImportId,
        page: &PageRequest,
    ) -> Result<Page<Rejection>, ContactError> {
        let unit = self.bench.begin(scope).await?;
        find_import(unit.as_ref(), id).await?;
        let behind = match page.after {
            Some(Cursor::Id(line)) => u64::try_from(line.as_u128()).unwrap_or(u64::MAX),
            _ => 0,
        };
        let rows = unit
            .import_trace()
            .rejections_in_short(id, behind, page.limit.get() + 1, SHOWN)
            .await?;
        unit.commit().await?;
        Ok(Page::from_overfull(rows, page.limit, |row| {
            Cursor::Id(Uuid::from_u128(u128::from(row.line)))
        }))
    }

    /// The same as a file.
    pub async fn rejections_csv(
        &self,
        scope: &TenantScope,
        id: ContactImportId,
    ) -> Result<RejectionsCsv, ContactError> {
        let unit = self.bench.begin(scope).await?;
        let import = find_import(unit.as_ref(), id).await?;
        self.bench
            .note_import(
                unit.as_ref(),
                scope,
                &import,
                AuditAction::Export,
                Changes::none(),
            )
            .await?;
        unit.commit().await?;
        let format = import.format().ok_or(ContactError::NotFound("import"))?;
        let columns = format.detected().columns.iter();
        Ok(RejectionsCsv::new(
            self.bench.store(),
            scope.clone(),
            id,
            format.detected().delimiter,
            columns.map(|column| column.name.clone()).collect(),
        ))
    }

    /// The contacts of which an undo left something.
    pub async fn left(
        &self,
        scope: &TenantScope,
        id: ContactImportId,
        page: &PageRequest,
    ) -> Result<Page<LeftContact>, ContactError> {
        let unit = self.bench.begin(scope).await?;
        find_import(unit.as_ref(), id).await?;
        let left = unit.import_trace().left(id, page).await?;
        unit.commit().await?;
        Ok(left)
    }
}
