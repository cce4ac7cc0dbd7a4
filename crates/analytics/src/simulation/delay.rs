//! How long things take.

use std::ops::RangeInclusive;

use kernel::{FieldErrors, FieldFault};
use serde::{Deserialize, Serialize};
use time::Duration;

/// One Weibull distribution of a mixture: the quick ones, or the slow ones.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DelayPart {
    /// How much of the whole it is, in any unit: weights are taken relative to their sum.
    pub weight: f64,
    /// The shape `k`: below 1 many are very quick and few very slow, above 1 most are near the scale.
    pub shape: f64,
    /// The scale `λ` in seconds: 63 % are quicker.
    pub scale_seconds: f64,
}

/// How long something takes: a mixture of Weibull distributions, each cut off at the longest delay.
///
/// The distribution function of a part that is not cut off is `1 − exp(−(t/λ)^k)`; cut off at `T` it is divided by its value
/// at `T`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Delay {
    /// The parts of the mixture: 1 to 4.
    pub parts: Vec<DelayPart>,
    /// The longest delay, in seconds.
    pub longest_seconds: f64,
}

/// How long everything in a journey takes, each from its cause.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Delays {
    /// From the sending to a person's first opening.
    pub open: Delay,
    /// From the first opening to each that follows.
    pub reopen: Delay,
    /// From the sending to the fetch of a proxy.
    pub machine_open: Delay,
    /// From the first opening to the click.
    pub click: Delay,
    /// From the first opening to the wish for no more mails.
    pub unsubscribe: Delay,
    /// From the click to the landing page.
    pub view: Delay,
    /// From the landing page to the form.
    pub submit: Delay,
    /// From the sending to the answer that the address takes no mail.
    pub hard_bounce: Delay,
    /// From the sending to the answer that the mail was not taken.
    pub soft_bounce: Delay,
}

const MINUTE: f64 = 60.0;
const HOUR: f64 = 3_600.0;
const DAY: f64 = 86_400.0;

impl Delay {
    /// The most parts.
    pub const MAX_PARTS: usize = 4;
    /// The longest delay that can be configured, in seconds: 60 days.
    pub const MAX_SECONDS: f64 = 60.0 * DAY;
    /// The least that the longest delay can be, in seconds.
    pub const MIN_SECONDS: f64 = 1.0;
    /// From which to which number the weight of a part can be.
    pub const WEIGHTS: RangeInclusive<f64> = 0.001..=1_000.0;
    /// From which to which number the shape of a part can be.
    pub const SHAPES: RangeInclusive<f64> = 0.2..=10.0;
    /// The least that the scale of a part can be, in seconds; the most is the longest delay.
    pub const MIN_SCALE_SECONDS: f64 = 0.001;
    /// What no effect is quicker than.
    pub const SHORTEST: Duration = Duration::MICROSECOND;

    fn one(shape: f64, scale_seconds: f64, longest_seconds: f64) -> Self {
        let weight = 1.0;
        Self {
            parts: vec![DelayPart {
                weight,
                shape,
                scale_seconds,
            }],
            longest_seconds,
        }
    }

    /// The share of delays that are no longer than `seconds`, from 0 to 1.
    #[must_use]
    pub fn cdf(&self, seconds: f64) -> f64 {
        let seconds = seconds.clamp(0.0, self.longest_seconds);
        let share = |part: &DelayPart| part.reached(seconds) / part.reached(self.longest_seconds);
        let parts = self.parts.iter();
        parts.map(|part| part.weight * share(part)).sum::<f64>() / self.weight()
    }

    /// The longest delay, rounded up to a second.
    #[must_use]
    pub fn longest(&self) -> Duration {
        Duration::seconds_f64(self.longest_seconds.ceil())
    }

    /// The delay that two numbers from 0 to below 1 stand for: one chooses the part, one the place in it.
    pub(super) fn sample(&self, part: f64, place: f64) -> Duration {
        let mut left = part * self.weight();
        let mut chosen = None;
        for part in &self.parts {
            chosen = Some(part);
            left -= part.weight;
            if left < 0.0 {
                break;
            }
        }
        let seconds = chosen.map_or(0.0, |part| {
            part.reached_at(place * part.reached(self.longest_seconds))
        });
        let micros = Duration::seconds_f64(seconds.clamp(0.0, self.longest_seconds));
        // Whole microseconds, because that is what events are stored with.
        let micros =
            Duration::microseconds(i64::try_from(micros.whole_microseconds()).unwrap_or(0));
        micros.max(Self::SHORTEST)
    }

    fn weight(&self) -> f64 {
        self.parts.iter().map(|part| part.weight).sum()
    }

    /// What is wrong with it, told under a pointer.
    pub(super) fn check(&self, pointer: &str, faults: &mut FieldErrors) {
        let mut number = |name: &str, value: f64, bounds: RangeInclusive<f64>| {
            if !bounds.contains(&value) {
                let detail = format!("a number from {} to {}", bounds.start(), bounds.end());
                faults.push(
                    format!("{pointer}/{name}"),
                    FieldFault::new("out-of-range", detail),
                );
            }
        };
        let longest = Self::MIN_SECONDS..=Self::MAX_SECONDS;
        number("longest_seconds", self.longest_seconds, longest);
        for (index, part) in self.parts.iter().enumerate() {
            number(&format!("parts/{index}/weight"), part.weight, Self::WEIGHTS);
            number(&format!("parts/{index}/shape"), part.shape, Self::SHAPES);
            // No longer than the longest delay: what is cut off must not be all but nothing.
            let least = Self::MIN_SCALE_SECONDS;
            let most = self.longest_seconds.clamp(least, Self::MAX_SECONDS);
            let name = format!("parts/{index}/scale_seconds");
            number(&name, part.scale_seconds, least..=most);
        }
        if self.parts.is_empty() || self.parts.len() > Self::MAX_PARTS {
            let code = if self.parts.is_empty() {
                "required"
            } else {
                "too-many"
            };
            let detail = format!("1 to {} parts", Self::MAX_PARTS);
            faults.push(format!("{pointer}/parts"), FieldFault::new(code, detail));
        }
    }
}

impl DelayPart {
    fn reached(&self, seconds: f64) -> f64 {
        -(-(seconds / self.scale_seconds).powf(self.shape)).exp_m1()
    }

    fn reached_at(&self, share: f64) -> f64 {
        self.scale_seconds * (-(-share).ln_1p()).powf(1.0 / self.shape)
    }
}

impl Delays {
    /// Each delay with its name.
    pub(super) fn named(&self) -> [(&'static str, &Delay); 9] {
        [
            ("open", &self.open),
            ("reopen", &self.reopen),
            ("machine_open", &self.machine_open),
            ("click", &self.click),
            ("unsubscribe", &self.unsubscribe),
            ("view", &self.view),
            ("submit", &self.submit),
            ("hard_bounce", &self.hard_bounce),
            ("soft_bounce", &self.soft_bounce),
        ]
    }

    /// How long after its sending a mail can still cause something.
    #[must_use]
    pub fn longest(&self) -> Duration {
        let read = self.open.longest();
        let form = self.click.longest() + self.view.longest() + self.submit.longest();
        let after = form
            .max(self.reopen.longest())
            .max(self.unsubscribe.longest());
        (read + after)
            .max(self.machine_open.longest())
            .max(self.hard_bounce.longest())
            .max(self.soft_bounce.longest())
            // Scanners look within a minute.
            .max(Duration::MINUTE)
    }
}

impl Default for Delays {
    /// What published figures say: of the openings 57 % within 6 hours, 77 % within a day, 98 % within a week; clicks
    /// within minutes of the opening.
    fn default() -> Self {
        let quick = DelayPart {
            weight: 0.55,
            shape: 0.85,
            scale_seconds: 2.6 * HOUR,
        };
        let slow = DelayPart {
            weight: 0.45,
            shape: 0.8,
            scale_seconds: 40.0 * HOUR,
        };
        Self {
            open: Delay {
                parts: vec![quick, slow],
                longest_seconds: 10.0 * DAY,
            },
            reopen: Delay::one(0.7, 20.0 * HOUR, 3.0 * DAY),
            machine_open: Delay::one(0.7, HOUR, 2.0 * DAY),
            click: Delay::one(0.7, 3.0 * MINUTE, DAY),
            unsubscribe: Delay::one(0.8, 2.0 * MINUTE, DAY),
            view: Delay::one(1.5, 2.0, MINUTE),
            submit: Delay::one(1.2, 2.0 * MINUTE, 2.0 * HOUR),
            hard_bounce: Delay::one(0.8, 20.0, HOUR),
            soft_bounce: Delay::one(0.9, 4.0 * HOUR, 3.0 * DAY),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_usual_openings_come_as_published_ones_do() {
        let open = Delays::default().open;

        for (hours, least, most) in [
            (1.0, 0.11, 0.27),
            (6.0, 0.50, 0.62),
            (24.0, 0.61, 0.86),
            (168.0, 0.95, 1.0),
        ] {
            let share = open.cdf(hours * HOUR);
            assert!((least..=most).contains(&share), "{hours} h: {share}");
        }
        assert!((open.cdf(10.0 * DAY) - 1.0).abs() < 1e-12);
        assert!(open.cdf(-1.0) < 1e-12);
    }

    proptest! {
        #[test]
        fn of_each_part_as_many_are_quicker_as_its_distribution_says(
            shape in 0.2..10.0_f64,
            scale in 0.001..86_400.0_f64,
            place in 0.0..1.0_f64,
        ) {
            let delay = Delay::one(shape, scale, 2.0 * DAY);

            let sampled = delay.sample(0.5, place);

            prop_assert!(sampled >= Delay::SHORTEST && sampled <= delay.longest());
            // A microsecond is what rounding costs.
            let before = delay.cdf(sampled.as_seconds_f64() - 1.1e-6);
            let after = delay.cdf(sampled.as_seconds_f64() + 1.1e-6);
            prop_assert!(before <= place + 1e-9 && place <= after + 1e-9, "{before} {place} {after}");
        }
    }
}
