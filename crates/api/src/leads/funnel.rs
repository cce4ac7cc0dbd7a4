//! The funnel of leads on the wire.

use campaigns::LeadStage;
use poem_openapi::Object;
use poem_openapi::types::Example;

use crate::schema::LeadStatusText;

/// A stage of the pipeline.
#[derive(Clone, Debug, Object)]
pub(crate) struct LeadStageAnswer {
    /// The stage.
    status: LeadStatusText,
    /// How many leads are there now.
    now: u64,
    /// How many leads have been there, now or before.
    reached: u64,
}

/// The stages of the pipeline, in its order.
#[derive(Clone, Debug, Object)]
#[oai(example)]
pub(crate) struct LeadFunnelAnswer {
    /// The stages.
    stages: Vec<LeadStageAnswer>,
}

impl From<Vec<LeadStage>> for LeadFunnelAnswer {
    fn from(stages: Vec<LeadStage>) -> Self {
        let stages = stages.into_iter().map(|stage| LeadStageAnswer {
            status: LeadStatusText::new(stage.status.as_str()),
            now: stage.now,
            reached: stage.reached,
        });
        Self {
            stages: stages.collect(),
        }
    }
}

impl Example for LeadFunnelAnswer {
    fn example() -> Self {
        Self {
            stages: vec![LeadStageAnswer {
                status: LeadStatusText::new("new"),
                now: 12,
                reached: 40,
            }],
        }
    }
}
