//! How far a job is, told as it goes.

use std::time::Duration;

use futures_util::stream::{self, BoxStream, StreamExt as _};
use kernel::{JobId, JobStatus};
use poem::web::sse::Event;
use poem_openapi::ApiResponse;
use poem_openapi::payload::EventStream;
use poem_openapi::types::ToJSON as _;
use tenancy::{JobView, Jobs, Member, Permission};
use tokio::time::Instant;

use super::dto::JobAnswer;
use crate::Caller;
use crate::input::OrganizationKey;

/// How often the job is looked at.
const LOOK: Duration = Duration::from_millis(500);

/// How often it is made sure that whoever listens may still do so.
const CHECK: Duration = Duration::from_secs(5);

/// How often something is said where nothing happens, so that nobody on the way thinks the connection dead.
const HEARTBEAT: Duration = Duration::from_secs(10);

/// How long one stream lasts; who wants to know more comes again, with a credential that still stands.
const LONGEST: Duration = Duration::from_mins(5);

/// Events about one job.
#[derive(ApiResponse)]
pub(super) enum JobEvents {
    /// An event per change, and two a second while the job is at work, until it ends.
    #[oai(status = 200, content_type = "text/event-stream")]
    Stream(EventStream<BoxStream<'static, JobAnswer>>),
}

/// Somebody who follows a job. It is looked at when the connection has room for another event, and nothing is held in
/// between, so that slow clients cost nothing, and gone ones are noticed with the next event or heartbeat.
struct Following {
    jobs: Jobs,
    caller: Caller,
    organization: OrganizationKey,
    member: Member,
    id: JobId,
    told: Option<u64>,
    began: Instant,
    checked: Instant,
}

/// Follows the job of which `first` was seen just now.
pub(super) fn follow(
    jobs: Jobs,
    caller: Caller,
    organization: OrganizationKey,
    member: Member,
    first: JobView,
) -> JobEvents {
    let now = Instant::now();
    let following = Following {
        jobs,
        caller,
        organization,
        member,
        id: first.job.id,
        told: None,
        began: now,
        checked: now,
    };
    let views = stream::unfold((Some(first), Some(following)), |(seen, following)| async {
        let mut following = following?;
        let view = match seen {
            Some(first) => first,
            None => following.next().await?,
        };
        following.told = Some(view.job.revision);
        let goes_on = (!view.job.status.is_final()).then_some(following);
        Some((JobAnswer::from(&view), (None, goes_on)))
    });
    let events = EventStream::new(views.boxed())
        .keep_alive(HEARTBEAT)
        .to_event(|job| {
            let name = if job.is_final() { "ended" } else { "progress" };
            Event::message(job.to_json_string()).event_type(name)
        });
    JobEvents::Stream(events)
}

impl Following {
    /// What there is to tell next; `None` where the stream ends.
    async fn next(&mut self) -> Option<JobView> {
        loop {
            let stopping = self.caller.stopping().clone();
            stopping
                .run_until_cancelled(tokio::time::sleep(LOOK))
                .await?;
            if self.began.elapsed() >= LONGEST {
                return None;
            }
            if self.checked.elapsed() >= CHECK {
                let allowed = self
                    .caller
                    .authorize(&self.organization, Permission::JobView);
                self.member = allowed.await.ok()?;
                self.checked = Instant::now();
            }
            // A job that is gone, or a storage that does not answer, ends the stream; whoever comes again is told why.
            let view = self.jobs.read(&self.member, self.id).await.ok()?;
            if view.job.status == JobStatus::Running || self.told != Some(view.job.revision) {
                return Some(view);
            }
        }
    }
}
