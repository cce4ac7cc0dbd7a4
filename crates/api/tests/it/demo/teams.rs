//! The teams of the small API, as a service would keep them.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};

use kernel::{Checked, Description, Done, Name, Once, StoredAnswer, TeamId, Version};
use uuid::Uuid;

use super::errors::DemoError;

#[derive(Clone)]
pub(crate) struct Team {
    pub(super) id: TeamId,
    pub(super) name: Name,
    pub(super) description: Option<Description>,
    pub(super) version: Version,
}

pub(super) struct NewTeam {
    pub(super) name: Name,
    pub(super) description: Option<Description>,
}

/// The use cases, as a service would have them.
#[derive(Clone, Default)]
pub(crate) struct Teams(pub(super) Arc<Mutex<Kept>>);

#[derive(Default)]
pub(super) struct Kept {
    pub(super) teams: BTreeMap<TeamId, Team>,
    answers: HashMap<[u8; 32], ([u8; 32], StoredAnswer)>,
    next: u128,
}

impl Teams {
    pub(super) fn once<D>(
        kept: &mut Kept,
        once: &Once<'_, D>,
        act: impl FnOnce(&mut Kept) -> Result<D, DemoError>,
    ) -> Result<Done<D>, DemoError> {
        if let Some(request) = &once.request
            && let Some((fingerprint, answer)) = kept.answers.get(&request.key)
        {
            if *fingerprint != request.fingerprint {
                return Err(kernel::IdempotencyError::Reused.into());
            }
            return Ok(Done::Replayed(answer.clone()));
        }
        let outcome = act(kept)?;
        if let Some(request) = &once.request {
            let answer = (once.render)(&outcome);
            kept.answers
                .insert(request.key, (request.fingerprint, answer));
        }
        Ok(Done::Fresh(outcome))
    }

    pub(super) fn create(
        &self,
        command: Checked<NewTeam>,
        once: &Once<'_, Team>,
    ) -> Result<Done<Team>, DemoError> {
        let mut kept = self.0.lock().unwrap();
        Self::once(&mut kept, once, |kept| {
            let NewTeam { name, description } = command?;
            if kept.teams.values().any(|team| team.name == name) {
                return Err(DemoError::NameTaken);
            }
            kept.next += 1;
            let id = Uuid::from_u128(0x018f_0000_0000_7000_8000_0000_0000_0000 + kept.next);
            let team = Team {
                id: TeamId::from_uuid(id),
                name,
                description,
                version: Version::FIRST,
            };
            kept.teams.insert(team.id, team.clone());
            Ok(team)
        })
    }

    pub(super) fn find(&self, id: TeamId) -> Result<Team, DemoError> {
        let kept = self.0.lock().unwrap();
        kept.teams.get(&id).cloned().ok_or(DemoError::NotFound)
    }
}
