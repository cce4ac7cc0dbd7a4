//! What a simulation is asked for.

use kernel::{FieldErrors, FieldFault};
use serde::{Deserialize, Serialize};
use time::Duration;

use super::delay::Delays;
use crate::event::Segment;

/// What a simulation is asked for. Rates are probabilities of each person, from 0 to 1, not quotas.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SimulationParameters {
    /// How many mails go out in a minute; absent, the campaign's own rate counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub send_rate: Option<u32>,
    /// Of the mails sent, those that come back.
    pub bounce_rate: f64,
    /// Of the mails that come back, those whose address takes none at all.
    pub hard_bounce_share: f64,
    /// Of the mails delivered, those that a person opens.
    pub open_rate: f64,
    /// Of the openings, those after which the person opens the mail once more, up to four times.
    pub reopen_rate: f64,
    /// Of the mails delivered, those of which a person follows a link. Who clicks has opened.
    pub click_rate: f64,
    /// Of the mails delivered, those whose recipient wants no more. Who says so has opened.
    pub unsubscribe_rate: f64,
    /// Of the people who click, those who see the landing page.
    pub form_view_rate: f64,
    /// Of the people who see the landing page, those who send its form.
    pub form_submit_rate: f64,
    /// Of the first openings, people's and machines' together, those that are machines' of proxies that fetch ahead.
    pub machine_open_share: f64,
    /// Of the mails clicked, by people and machines together, those that a scanner clicks.
    pub machine_click_share: f64,
    /// How long everything takes.
    pub delays: Delays,
    /// How people with addresses of each segment differ.
    pub segments: Segments,
}

/// How people with addresses of each segment differ.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Segments {
    /// Addresses that were not judged yet.
    pub pending: SegmentFactors,
    /// Addresses that can be mailed.
    pub valid: SegmentFactors,
    /// Addresses that are none.
    pub invalid: SegmentFactors,
    /// Addresses that may not be worth it.
    pub risky: SegmentFactors,
    /// Addresses that nobody has.
    pub nonexistent: SegmentFactors,
}

/// By what the rates are multiplied; a product above 1 counts as 1.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SegmentFactors {
    /// The factor of the bounce rate.
    pub bounce: f64,
    /// The factor of the rate of openings, and so of all that follows from them.
    pub engagement: f64,
}

/// Parameters whose bounds hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SimulationConfig(SimulationParameters);

impl Default for SimulationParameters {
    /// Published means of mails to people who asked for them, 2019 and later.
    fn default() -> Self {
        Self {
            send_rate: None,
            bounce_rate: 0.008,
            hard_bounce_share: 0.5,
            open_rate: 0.227,
            reopen_rate: 0.25,
            click_rate: 0.029,
            unsubscribe_rate: 0.0025,
            form_view_rate: 0.9,
            form_submit_rate: 0.12,
            machine_open_share: 0.37,
            machine_click_share: 0.07,
            delays: Delays::default(),
            segments: Segments::default(),
        }
    }
}

impl Default for SegmentFactors {
    fn default() -> Self {
        Self {
            bounce: 1.0,
            engagement: 1.0,
        }
    }
}

impl Default for Segments {
    fn default() -> Self {
        let factors = |bounce, engagement| SegmentFactors { bounce, engagement };
        Self {
            pending: factors(1.5, 0.95),
            valid: factors(1.0, 1.0),
            invalid: factors(60.0, 0.5),
            risky: factors(5.0, 0.75),
            nonexistent: factors(110.0, 0.5),
        }
    }
}

impl Segments {
    /// The factors of a segment.
    #[must_use]
    pub const fn of(&self, segment: Segment) -> SegmentFactors {
        match segment {
            Segment::Pending => self.pending,
            Segment::Valid => self.valid,
            Segment::Invalid => self.invalid,
            Segment::Risky => self.risky,
            Segment::Nonexistent => self.nonexistent,
        }
    }
}

impl SimulationConfig {
    /// The fewest mails in a minute.
    pub const MIN_SEND_RATE: u32 = 1;
    /// The most mails in a minute.
    pub const MAX_SEND_RATE: u32 = 1_000_000;
    /// The highest factor of a segment.
    pub const MAX_FACTOR: f64 = 1_000.0;
    /// How often a person opens a mail at most.
    pub const MAX_OPENS: u32 = 5;

    /// The parameters.
    #[must_use]
    pub const fn parameters(&self) -> &SimulationParameters {
        &self.0
    }

    /// How long after the first sending the last consequence can lie, where the last mail goes out `sending` after the
    /// first.
    #[must_use]
    pub fn horizon(&self, sending: Duration) -> Duration {
        sending.saturating_add(self.0.delays.longest())
    }

    /// How long after the first mail one goes out before which `earlier` others went, at the simulation's own rate.
    /// `None` where the simulation has none, and the campaign's counts.
    #[must_use]
    pub fn send_offset(&self, earlier: u64) -> Option<Duration> {
        let rate = self.0.send_rate?;
        let micros = u128::from(earlier) * 60_000_000 / u128::from(rate.max(1));
        Some(i64::try_from(micros).map_or(Duration::MAX, Duration::microseconds))
    }

    /// How likely a machine fetches the pictures of a delivered mail ahead of its reader.
    pub(super) fn machine_open_rate(&self) -> f64 {
        beside(self.0.open_rate, self.0.machine_open_share)
    }

    /// How likely a scanner follows the links of a delivered mail.
    pub(super) fn machine_click_rate(&self) -> f64 {
        beside(self.0.click_rate, self.0.machine_click_share)
    }
}

/// The rate that makes a share of itself and `rate` together.
fn beside(rate: f64, share: f64) -> f64 {
    if share >= 1.0 {
        return f64::INFINITY;
    }
    rate * share / (1.0 - share)
}

impl TryFrom<SimulationParameters> for SimulationConfig {
    type Error = FieldErrors;

    fn try_from(parameters: SimulationParameters) -> Result<Self, Self::Error> {
        let mut faults = FieldErrors::default();
        let config = Self(parameters);
        let it = &config.0;
        if let Some(rate) = it.send_rate
            && !(Self::MIN_SEND_RATE..=Self::MAX_SEND_RATE).contains(&rate)
        {
            let (least, most) = (Self::MIN_SEND_RATE, Self::MAX_SEND_RATE);
            refuse(
                &mut faults,
                "send_rate",
                format!("a number from {least} to {most}"),
            );
        }
        for (name, rate) in [
            ("bounce_rate", it.bounce_rate),
            ("hard_bounce_share", it.hard_bounce_share),
            ("open_rate", it.open_rate),
            ("reopen_rate", it.reopen_rate),
            ("click_rate", it.click_rate),
            ("unsubscribe_rate", it.unsubscribe_rate),
            ("form_view_rate", it.form_view_rate),
            ("form_submit_rate", it.form_submit_rate),
            ("machine_open_share", it.machine_open_share),
            ("machine_click_share", it.machine_click_share),
        ] {
            if !(0.0..=1.0).contains(&rate) {
                refuse(&mut faults, name, "a number from 0 to 1");
            }
        }
        if it.click_rate > it.open_rate {
            refuse(
                &mut faults,
                "click_rate",
                "no more than open_rate: who clicks has opened",
            );
        }
        if it.unsubscribe_rate > it.open_rate {
            let detail = "no more than open_rate: who wants no more mails has opened one";
            refuse(&mut faults, "unsubscribe_rate", detail);
        }
        let share = "a share that leaves no mail opened twice over: with this open_rate it is less";
        if config.machine_open_rate() > 1.0 && it.machine_open_share <= 1.0 {
            refuse(&mut faults, "machine_open_share", share);
        }
        let share =
            "a share that leaves no mail scanned twice over: with this click_rate it is less";
        if config.machine_click_rate() > 1.0 && it.machine_click_share <= 1.0 {
            refuse(&mut faults, "machine_click_share", share);
        }
        for segment in Segment::ALL {
            let factors = it.segments.of(segment);
            for (name, factor) in [
                ("bounce", factors.bounce),
                ("engagement", factors.engagement),
            ] {
                if !(0.0..=Self::MAX_FACTOR).contains(&factor) {
                    let detail = format!("a number from 0 to {}", Self::MAX_FACTOR);
                    refuse(&mut faults, &format!("segments/{segment}/{name}"), detail);
                }
            }
        }
        for (name, delay) in it.delays.named() {
            delay.check(&format!("#/delays/{name}"), &mut faults);
        }
        if faults.is_empty() {
            Ok(config)
        } else {
            Err(faults)
        }
    }
}

fn refuse(faults: &mut FieldErrors, name: &str, detail: impl Into<String>) {
    faults.push(format!("#/{name}"), FieldFault::new("out-of-range", detail));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn assert_refused(change: impl Fn(&mut SimulationParameters), pointers: &[&str]) {
        let mut parameters = SimulationParameters::default();
        change(&mut parameters);
        let faults = SimulationConfig::try_from(parameters).unwrap_err();
        let found: Vec<_> = faults.as_slice().iter().map(|it| &*it.pointer).collect();
        assert_eq!(found, pointers);
    }

    #[test]
    fn the_usual_parameters_are_within_their_bounds() {
        let usual = SimulationParameters::default();
        let config = SimulationConfig::try_from(usual.clone()).unwrap();

        assert_eq!(config, SimulationConfig::default());
        assert_eq!(config.parameters(), &usual);
        assert!(config.horizon(Duration::HOUR) < Duration::days(14));
    }

    #[test]
    fn everything_that_is_out_of_bounds_is_told() {
        assert_refused(|it| it.send_rate = Some(0), &["#/send_rate"]);
        assert_refused(|it| it.bounce_rate = -0.1, &["#/bounce_rate"]);
        assert_refused(|it| it.reopen_rate = f64::NAN, &["#/reopen_rate"]);
        assert_refused(|it| it.click_rate = 0.3, &["#/click_rate"]);
        assert_refused(|it| it.unsubscribe_rate = 0.3, &["#/unsubscribe_rate"]);
        assert_refused(|it| it.machine_open_share = 0.9, &["#/machine_open_share"]);
        assert_refused(|it| it.machine_open_share = 1.0, &["#/machine_open_share"]);
        assert_refused(
            |it| it.machine_click_share = 1.5,
            &["#/machine_click_share"],
        );
        assert_refused(
            |it| it.segments.risky.bounce = f64::INFINITY,
            &["#/segments/risky/bounce"],
        );
        assert_refused(
            |it| {
                it.delays.open.parts[1].shape = 0.0;
                it.delays.view.parts.clear();
                it.delays.click.longest_seconds = 1e9;
                it.delays.submit.parts[0].scale_seconds = 1e6;
            },
            &[
                "#/delays/open/parts/1/shape",
                "#/delays/click/longest_seconds",
                "#/delays/view/parts",
                "#/delays/submit/parts/0/scale_seconds",
            ],
        );
    }

    #[test]
    fn what_is_stored_is_read_back_and_unknown_names_are_refused() {
        let usual = SimulationParameters::default();
        let stored = serde_json::to_string(&usual).unwrap();
        assert_eq!(
            serde_json::from_str::<SimulationParameters>(&stored).unwrap(),
            usual
        );

        let some = r#"{"open_rate": 0.5, "segments": {"risky": {"bounce": 2, "engagement": 1}}}"#;
        let some: SimulationParameters = serde_json::from_str(some).unwrap();
        assert!((some.open_rate - 0.5).abs() < f64::EPSILON);
        assert!((some.click_rate - usual.click_rate).abs() < f64::EPSILON);

        for unknown in [
            r#"{"opens": 0.5}"#,
            r#"{"delays": {"nap": 1}}"#,
            r#"{"segments": {"vip": {"bounce": 2, "engagement": 1}}}"#,
        ] {
            assert!(serde_json::from_str::<SimulationParameters>(unknown).is_err());
        }
    }

    #[test]
    fn mails_go_out_at_the_simulations_own_rate_where_it_has_one() {
        let own = SimulationParameters {
            send_rate: Some(120),
            ..SimulationParameters::default()
        };
        let own = SimulationConfig::try_from(own).unwrap();

        assert_eq!(own.send_offset(240), Some(Duration::minutes(2)));
        assert_eq!(own.send_offset(u64::MAX), Some(Duration::MAX));
        assert_eq!(SimulationConfig::default().send_offset(1), None);
    }
}
