//! How far people go, where leads come from, and how segments differ.

use super::counts::Counts;
use super::rate::Rate;
use crate::event::Segment;

/// How far somebody went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FunnelStep {
    /// Their mail went out.
    Sent,
    /// They opened it.
    Opened,
    /// They followed a link.
    Clicked,
    /// They saw the landing page.
    Viewed,
    /// They sent the form.
    Submitted,
    /// Their lead is converted.
    Converted,
}

/// A step of a funnel with how many people went so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FunnelStage {
    /// The step.
    pub step: FunnelStep,
    /// How many people.
    pub people: u64,
    /// Of those who went one step less far; of the first step nothing.
    pub of_previous: Rate,
    /// Of the mails sent.
    pub of_sent: Rate,
}

/// How far people go: sent, opened, clicked, viewed, submitted, converted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Funnel {
    stages: Vec<FunnelStage>,
}

/// Where leads came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceCounts {
    /// The source's word (`email_campaign`).
    pub source: String,
    /// Leads from there.
    pub leads: u64,
    /// Of the leads, those that are converted now.
    pub converted: u64,
}

/// What is counted of the people whose addresses were of a segment when they were mailed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SegmentCounts {
    /// The segment.
    pub segment: Segment,
    /// What is counted.
    pub counts: Counts,
}

impl FunnelStep {
    /// Every step, in order.
    pub const ALL: [Self; 6] = [
        Self::Sent,
        Self::Opened,
        Self::Clicked,
        Self::Viewed,
        Self::Submitted,
        Self::Converted,
    ];

    /// The step's word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Opened => "opened",
            Self::Clicked => "clicked",
            Self::Viewed => "viewed",
            Self::Submitted => "submitted",
            Self::Converted => "converted",
        }
    }

    const fn people(self, counts: &Counts) -> u64 {
        match self {
            Self::Sent => counts.sent.people,
            Self::Opened => counts.opened.human.people,
            Self::Clicked => counts.clicked.human.people,
            Self::Viewed => counts.viewed.human.people,
            Self::Submitted => counts.submitted.human.people,
            Self::Converted => counts.converted,
        }
    }
}

impl Funnel {
    /// The funnel of these counts.
    #[must_use]
    pub fn of(counts: &Counts) -> Self {
        let mut before = 0;
        let stages = FunnelStep::ALL.map(|step| {
            let people = step.people(counts);
            let stage = FunnelStage {
                step,
                people,
                of_previous: Rate::new(if before > 0 { people } else { 0 }, before),
                of_sent: Rate::new(people, counts.sent.people),
            };
            before = people;
            stage
        });
        Self {
            stages: stages.into(),
        }
    }

    /// The steps, in order.
    #[must_use]
    pub fn stages(&self) -> &[FunnelStage] {
        &self.stages
    }
}

impl SourceCounts {
    /// Converted leads, of the leads from there.
    #[must_use]
    pub const fn conversion(&self) -> Rate {
        Rate::new(self.converted, self.leads)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::{ByActor, Tally};

    #[test]
    fn each_step_is_told_of_the_one_before_and_of_the_first() {
        let people = |people| ByActor {
            human: Tally { events: 0, people },
            machine: Tally {
                events: 9,
                people: 9,
            },
        };
        let counts = Counts {
            sent: Tally {
                events: 1_000,
                people: 1_000,
            },
            opened: people(400),
            clicked: people(100),
            viewed: people(80),
            submitted: people(0),
            converted: 0,
            ..Counts::default()
        };
        let funnel = Funnel::of(&counts);

        let told: Vec<_> = funnel
            .stages()
            .iter()
            .map(|it| (it.step.as_str(), it.people, it.of_previous.value()))
            .collect();
        assert_eq!(
            told,
            [
                ("sent", 1_000, None),
                ("opened", 400, Some(0.4)),
                ("clicked", 100, Some(0.25)),
                ("viewed", 80, Some(0.8)),
                ("submitted", 0, Some(0.0)),
                ("converted", 0, None),
            ]
        );
        assert_eq!(funnel.stages()[3].of_sent.value(), Some(0.08));
    }
}
