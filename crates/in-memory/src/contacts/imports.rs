//! Imports of the unit's organization, their files, and what they did.

use std::collections::BTreeSet;

use async_trait::async_trait;
use contacts::ports::{ImportFileRepository, ImportRepository, ImportTraceRepository};
use contacts::{
    AddressHash, Contact, ContactError, ContactImport, ImportStatus, LeftContact, Rejection, Touch,
};
use kernel::{
    ContactId, ContactImportId, ContactListId, JobId, JobStatus, Page, PageRequest, StorageError,
    Timestamp, Version,
};

use crate::state::TenantState;
use crate::unit::MemoryUnit;

fn discard(tenant: &mut TenantState, id: ContactImportId) {
    let is_on_the_way = tenant
        .imports
        .get(&id)
        .is_some_and(|import| import.state().status == ImportStatus::Uploading);
    if is_on_the_way {
        tenant.imports.remove(&id);
        tenant.import_files.retain(|(import, _), _| *import != id);
    }
}

#[async_trait]
impl ImportRepository for MemoryUnit {
    async fn insert(&self, import: &ContactImport) -> Result<(), StorageError> {
        self.write(|tenant| {
            tenant.imports.insert(import.id(), import.clone());
        });
        Ok(())
    }

    async fn find(&self, id: ContactImportId) -> Result<Option<ContactImport>, StorageError> {
        Ok(self.read(|tenant| tenant.imports.get(&id).cloned()))
    }

    async fn list(
        &self,
        list: ContactListId,
        page: &PageRequest,
    ) -> Result<Page<ContactImport>, StorageError> {
        Ok(self.read(|tenant| {
            let found = tenant
                .imports
                .values()
                .filter(|import| import.state().list == list && import.state().sha256.is_some())
                .cloned();
            self.page(found, page, |import| import.id().as_uuid())
        }))
    }

    async fn find_same_file(
        &self,
        list: ContactListId,
        sha256: &[u8; 32],
    ) -> Result<Option<ContactImport>, StorageError> {
        use ImportStatus::{Completed, NeedsMapping, Pending, Running};
        let has_broken_off = |job: Option<JobId>| {
            let status = job.and_then(|job| self.with_job(job, |job| job.record.status));
            matches!(status, Some(JobStatus::Cancelled | JobStatus::Failed))
        };
        Ok(self.read(|tenant| {
            let mut imports = tenant.imports.values().rev();
            imports
                .find(|import| {
                    let state = import.state();
                    let counts = match state.status {
                        Completed | NeedsMapping => true,
                        Pending | Running => !has_broken_off(state.job),
                        _ => false,
                    };
                    counts
                        && state.list == list
                        && state.sha256.as_ref() == Some(sha256)
                        && !state.options.dry_run
                })
                .cloned()
        }))
    }

    async fn is_read_into(
        &self,
        list: ContactListId,
        except: Option<ContactImportId>,
    ) -> Result<bool, StorageError> {
        Ok(self.read(|tenant| {
            tenant.imports.values().any(|import| {
                let state = import.state();
                state.list == list
                    && Some(state.id) != except
                    && !state.options.dry_run
                    && state.status == ImportStatus::Running
            })
        }))
    }

    async fn update(&self, import: &ContactImport, expected: Version) -> Result<(), ContactError> {
        self.write(|tenant| {
            let stored = tenant.imports.get_mut(&import.id());
            match stored.filter(|stored| stored.state().stamps.version == expected) {
                Some(stored) => {
                    *stored = import.clone();
                    Ok(())
                }
                None => Err(ContactError::Stale),
            }
        })
    }

    async fn discard(&self, id: ContactImportId) -> Result<(), StorageError> {
        self.write(|tenant| discard(tenant, id));
        Ok(())
    }
}

#[async_trait]
impl ImportFileRepository for MemoryUnit {
    async fn append(
        &self,
        import: ContactImportId,
        position: u32,
        bytes: &[u8],
        _at: Timestamp,
    ) -> Result<(), StorageError> {
        self.write(|tenant| {
            tenant
                .import_files
                .insert((import, position), bytes.to_vec());
        });
        Ok(())
    }

    async fn piece(
        &self,
        import: ContactImportId,
        position: u32,
    ) -> Result<Option<Vec<u8>>, StorageError> {
        Ok(self.read(|tenant| tenant.import_files.get(&(import, position)).cloned()))
    }

    async fn remove_read(&self, import: ContactImportId, before: u32) -> Result<(), StorageError> {
        self.write(|tenant| {
            let was_read = |position: u32| (1..before).contains(&position);
            tenant
                .import_files
                .retain(|(of, position), _| *of != import || !was_read(*position));
        });
        Ok(())
    }

    async fn remove(&self, import: ContactImportId, limit: u16) -> Result<u64, StorageError> {
        Ok(self.write(|tenant| {
            let pieces = tenant
                .import_files
                .range((import, 0)..=(import, u32::MAX))
                .map(|(piece, _)| *piece)
                .take(usize::from(limit))
                .collect::<Vec<_>>();
            for piece in &pieces {
                tenant.import_files.remove(piece);
            }
            pieces.len() as u64
        }))
    }
}

impl MemoryUnit {
    /// Rejections behind a line, in the order of the lines.
    fn rejections_from(&self, import: ContactImportId, line: u64, limit: u16) -> Vec<Rejection> {
        self.read(|tenant| {
            tenant
                .import_rejections
                .range((import, line.saturating_add(1))..=(import, u64::MAX))
                .map(|(_, row)| row.clone())
                .take(usize::from(limit))
                .collect()
        })
    }
}

#[async_trait]
impl ImportTraceRepository for MemoryUnit {
    async fn reject(
        &self,
        import: ContactImportId,
        rejections: &[Rejection],
        _at: Timestamp,
    ) -> Result<(), StorageError> {
        self.write(|tenant| {
            for row in rejections {
                tenant
                    .import_rejections
                    .entry((import, row.line))
                    .or_insert_with(|| row.clone());
            }
        });
        Ok(())
    }

    async fn rejections_behind(
        &self,
        import: ContactImportId,
        line: u64,
        limit: u16,
        bytes: u32,
    ) -> Result<Vec<Rejection>, StorageError> {
        let mut before = 0;
        let mut rows = self.rejections_from(import, line, limit);
        rows.retain(|row| {
            let is_near = before < bytes as usize;
            before += row.original.len();
            is_near
        });
        Ok(rows)
    }

    async fn rejections_in_short(
        &self,
        import: ContactImportId,
        line: u64,
        limit: u16,
        characters: u16,
    ) -> Result<Vec<Rejection>, StorageError> {
        let mut rows = self.rejections_from(import, line, limit);
        for row in &mut rows {
            let shown = row.original.chars().take(usize::from(characters));
            row.original = shown.collect();
        }
        Ok(rows)
    }

    async fn touch(
        &self,
        import: ContactImportId,
        touches: &[Touch],
        _at: Timestamp,
    ) -> Result<(), StorageError> {
        self.write(|tenant| {
            for touch in touches {
                tenant
                    .import_touches
                    .entry((import, touch.contact))
                    .or_insert_with(|| touch.clone());
            }
        });
        Ok(())
    }

    async fn touched(
        &self,
        import: ContactImportId,
        contacts: &[ContactId],
    ) -> Result<BTreeSet<ContactId>, StorageError> {
        Ok(self.read(|tenant| {
            let is_touched = |id: &ContactId| tenant.import_touches.contains_key(&(import, *id));
            contacts.iter().copied().filter(is_touched).collect()
        }))
    }

    async fn touches_behind(
        &self,
        import: ContactImportId,
        contact: Option<ContactId>,
        limit: u16,
    ) -> Result<Vec<Touch>, StorageError> {
        Ok(self.read(|tenant| {
            tenant
                .import_touches
                .iter()
                .filter(|((of, id), _)| *of == import && Some(*id) > contact)
                .map(|(_, touch)| touch.clone())
                .take(usize::from(limit))
                .collect()
        }))
    }

    async fn made_behind(
        &self,
        import: ContactImportId,
        contact: Option<ContactId>,
        limit: u16,
    ) -> Result<Vec<Contact>, StorageError> {
        Ok(self.read(|tenant| {
            tenant
                .contacts
                .values()
                .filter(|made| made.state().import == Some(import) && Some(made.id()) > contact)
                .filter(|made| !made.state().stamps.is_deleted())
                .take(usize::from(limit))
                .cloned()
                .collect()
        }))
    }

    async fn on_other_lists(
        &self,
        import: ContactImportId,
        contacts: &[ContactId],
    ) -> Result<BTreeSet<ContactId>, StorageError> {
        Ok(self.read(|tenant| {
            tenant
                .list_members
                .iter()
                .filter(|(list, contact)| {
                    contacts.contains(contact)
                        && tenant.list_member_imports.get(&(*list, *contact)) != Some(&import)
                })
                .map(|(_, contact)| *contact)
                .collect()
        }))
    }

    async fn meet(
        &self,
        import: ContactImportId,
        addresses: &[AddressHash],
        _at: Timestamp,
    ) -> Result<BTreeSet<AddressHash>, StorageError> {
        Ok(self.write(|tenant| {
            let mut is_new = |hash: &AddressHash| tenant.import_seen.insert((import, *hash));
            let fresh = addresses.iter().copied().filter(|hash| is_new(hash));
            fresh.collect()
        }))
    }

    async fn stop(
        &self,
        import: ContactImportId,
        addresses: &[AddressHash],
        _at: Timestamp,
    ) -> Result<(), StorageError> {
        self.write(|tenant| {
            let stopped = addresses.iter().map(|hash| (import, *hash));
            tenant.import_stopped.extend(stopped);
        });
        Ok(())
    }

    async fn stopped(
        &self,
        import: ContactImportId,
        addresses: &[AddressHash],
    ) -> Result<BTreeSet<AddressHash>, StorageError> {
        Ok(self.read(|tenant| {
            let is_stopped = |hash: &AddressHash| tenant.import_stopped.contains(&(import, *hash));
            addresses.iter().copied().filter(is_stopped).collect()
        }))
    }

    async fn forget_rejections(
        &self,
        import: ContactImportId,
        limit: u16,
    ) -> Result<u64, StorageError> {
        Ok(self.write(|tenant| {
            let of_import = (import, u64::MIN)..=(import, u64::MAX);
            let gone = tenant.import_rejections.range(of_import);
            let gone = gone.map(|(key, _)| *key).take(usize::from(limit));
            let gone = gone.collect::<Vec<_>>();
            for key in &gone {
                tenant.import_rejections.remove(key);
            }
            gone.len() as u64
        }))
    }

    async fn forget_met(&self, import: ContactImportId, limit: u16) -> Result<u64, StorageError> {
        Ok(self.write(|tenant| {
            let mut left = usize::from(limit);
            for noted in [&mut tenant.import_seen, &mut tenant.import_stopped] {
                let gone = noted.iter().copied().filter(|(of, _)| *of == import);
                let gone = gone.take(left).collect::<Vec<_>>();
                left -= gone.len();
                for key in &gone {
                    noted.remove(key);
                }
            }
            (usize::from(limit) - left) as u64
        }))
    }

    async fn forget_left(&self, import: ContactImportId, limit: u16) -> Result<u64, StorageError> {
        Ok(self.write(|tenant| {
            let left = &mut tenant.import_left;
            let gone = left.keys().copied().filter(|(of, _)| *of == import);
            let gone = gone.take(usize::from(limit)).collect::<Vec<_>>();
            for key in &gone {
                left.remove(key);
            }
            gone.len() as u64
        }))
    }

    async fn leave(
        &self,
        import: ContactImportId,
        left: &[LeftContact],
        _at: Timestamp,
    ) -> Result<(), StorageError> {
        self.write(|tenant| {
            for left in left {
                tenant
                    .import_left
                    .entry((import, left.contact))
                    .or_insert_with(|| left.clone());
            }
        });
        Ok(())
    }

    async fn left(
        &self,
        import: ContactImportId,
        page: &PageRequest,
    ) -> Result<Page<LeftContact>, StorageError> {
        Ok(self.read(|tenant| {
            let found = tenant
                .import_left
                .iter()
                .filter(|((of, _), _)| *of == import)
                .map(|(_, left)| left.clone());
            self.page(found, page, |left| left.contact.as_uuid())
        }))
    }
}
