//! How likely everything is in a simulation and how long it takes, on the wire.
//!
//! These shapes are for the document and for answers. What was sent is read by the simulator, which alone knows what is
//! usual and what is too much.

use poem_openapi::Object;

/// One Weibull distribution of a mixture.
#[derive(Clone, Copy, Debug, Object)]
#[oai(rename = "SimulatedDelayPart")]
pub(crate) struct DelayPartShape {
    /// How much of the whole it is, relative to the other parts.
    #[oai(validator(minimum(value = "0.001"), maximum(value = "1000.0")))]
    pub(super) weight: f64,
    /// The shape: below 1 many are very quick and few very slow, above 1 most are near the scale.
    #[oai(validator(minimum(value = "0.2"), maximum(value = "10.0")))]
    pub(super) shape: f64,
    /// The scale in seconds: 63 % are quicker. No longer than the longest delay.
    #[oai(validator(minimum(value = "0.001"), maximum(value = "5184000.0")))]
    pub(super) scale_seconds: f64,
}

/// How long something takes: a mixture of Weibull distributions, cut off at the longest delay.
#[derive(Clone, Debug, Object)]
#[oai(rename = "SimulatedDelay")]
pub(crate) struct DelayShape {
    /// The parts of the mixture.
    #[oai(validator(min_items = 1, max_items = 4))]
    pub(super) parts: Vec<DelayPartShape>,
    /// The longest delay, in seconds.
    #[oai(validator(minimum(value = "1.0"), maximum(value = "5184000.0")))]
    pub(super) longest_seconds: f64,
}

/// By what the rates of a segment are multiplied.
#[derive(Clone, Copy, Debug, Object)]
#[oai(rename = "SimulatedSegment")]
pub(crate) struct FactorsShape {
    /// The factor of the bounce rate.
    #[oai(validator(minimum(value = "0.0"), maximum(value = "1000.0")))]
    pub(super) bounce: f64,
    /// The factor of the rate of openings, and so of all that follows from them.
    #[oai(validator(minimum(value = "0.0"), maximum(value = "1000.0")))]
    pub(super) engagement: f64,
}

/// How long everything takes; what is not said is as usual.
#[derive(Clone, Debug, Object)]
#[oai(rename = "SimulatedDelaysRequest", skip_serializing_if_is_none)]
pub(crate) struct DelaysRequest {
    /// From the sending to a person's first opening.
    pub(super) open: Option<DelayShape>,
    /// From the first opening to each that follows.
    pub(super) reopen: Option<DelayShape>,
    /// From the sending to the fetch of a proxy.
    pub(super) machine_open: Option<DelayShape>,
    /// From the first opening to the click.
    pub(super) click: Option<DelayShape>,
    /// From the first opening to the wish for no more mails.
    pub(super) unsubscribe: Option<DelayShape>,
    /// From the click to the landing page.
    pub(super) view: Option<DelayShape>,
    /// From the landing page to the form.
    pub(super) submit: Option<DelayShape>,
    /// From the sending to the answer that the address takes no mail.
    pub(super) hard_bounce: Option<DelayShape>,
    /// From the sending to the answer that the mail was not taken.
    pub(super) soft_bounce: Option<DelayShape>,
}

/// How long everything takes, each from its cause.
#[derive(Clone, Debug, Object)]
#[oai(rename = "SimulatedDelays")]
pub(crate) struct DelaysAnswer {
    /// From the sending to a person's first opening.
    pub(super) open: DelayShape,
    /// From the first opening to each that follows.
    pub(super) reopen: DelayShape,
    /// From the sending to the fetch of a proxy.
    pub(super) machine_open: DelayShape,
    /// From the first opening to the click.
    pub(super) click: DelayShape,
    /// From the first opening to the wish for no more mails.
    pub(super) unsubscribe: DelayShape,
    /// From the click to the landing page.
    pub(super) view: DelayShape,
    /// From the landing page to the form.
    pub(super) submit: DelayShape,
    /// From the sending to the answer that the address takes no mail.
    pub(super) hard_bounce: DelayShape,
    /// From the sending to the answer that the mail was not taken.
    pub(super) soft_bounce: DelayShape,
}

/// How people with addresses of each status differ; what is not said is as usual.
#[derive(Clone, Debug, Object)]
#[oai(rename = "SimulatedSegmentsRequest", skip_serializing_if_is_none)]
pub(crate) struct SegmentsRequest {
    /// Addresses that were not judged yet.
    pub(super) pending: Option<FactorsShape>,
    /// Addresses that can be mailed.
    pub(super) valid: Option<FactorsShape>,
    /// Addresses that are none.
    pub(super) invalid: Option<FactorsShape>,
    /// Addresses that may not be worth it.
    pub(super) risky: Option<FactorsShape>,
    /// Addresses that nobody has.
    pub(super) nonexistent: Option<FactorsShape>,
}

/// How people with addresses of each status differ.
#[derive(Clone, Debug, Object)]
#[oai(rename = "SimulatedSegments")]
pub(crate) struct SegmentsAnswer {
    /// Addresses that were not judged yet.
    pub(super) pending: FactorsShape,
    /// Addresses that can be mailed.
    pub(super) valid: FactorsShape,
    /// Addresses that are none.
    pub(super) invalid: FactorsShape,
    /// Addresses that may not be worth it.
    pub(super) risky: FactorsShape,
    /// Addresses that nobody has.
    pub(super) nonexistent: FactorsShape,
}

/// How likely everything is, for each person by themselves, and how long it takes; what is not said is as usual.
#[derive(Clone, Debug, Object)]
#[oai(rename = "SimulationConfigRequest", skip_serializing_if_is_none)]
pub(crate) struct ConfigRequest {
    /// How many mails go out in a minute; without it, as many as the campaign has it.
    #[oai(nullable, validator(minimum(value = "1"), maximum(value = "1000000")))]
    pub(super) send_rate: Option<i32>,
    /// Of the mails sent, those that come back. 0.008 is usual.
    #[oai(validator(minimum(value = "0.0"), maximum(value = "1.0")))]
    pub(super) bounce_rate: Option<f64>,
    /// Of the mails that come back, those whose address takes none at all. 0.5 is usual.
    #[oai(validator(minimum(value = "0.0"), maximum(value = "1.0")))]
    pub(super) hard_bounce_share: Option<f64>,
    /// Of the mails delivered, those that a person opens. 0.227 is usual.
    #[oai(validator(minimum(value = "0.0"), maximum(value = "1.0")))]
    pub(super) open_rate: Option<f64>,
    /// Of the openings, those after which the person opens the mail once more. 0.25 is usual.
    #[oai(validator(minimum(value = "0.0"), maximum(value = "1.0")))]
    pub(super) reopen_rate: Option<f64>,
    /// Of the mails delivered, those of which a person follows a link; no more than are opened. 0.029 is usual.
    #[oai(validator(minimum(value = "0.0"), maximum(value = "1.0")))]
    pub(super) click_rate: Option<f64>,
    /// Of the mails delivered, those whose recipient wants no more; no more than are opened. 0.0025 is usual.
    #[oai(validator(minimum(value = "0.0"), maximum(value = "1.0")))]
    pub(super) unsubscribe_rate: Option<f64>,
    /// Of the people who click, those who see the landing page. 0.9 is usual.
    #[oai(validator(minimum(value = "0.0"), maximum(value = "1.0")))]
    pub(super) form_view_rate: Option<f64>,
    /// Of the people who see the landing page, those who send its form. 0.12 is usual.
    #[oai(validator(minimum(value = "0.0"), maximum(value = "1.0")))]
    pub(super) form_submit_rate: Option<f64>,
    /// Of the first openings, those that are machines'. 0.37 is usual.
    #[oai(validator(minimum(value = "0.0"), maximum(value = "1.0")))]
    pub(super) machine_open_share: Option<f64>,
    /// Of the mails clicked, those that a scanner clicks. 0.07 is usual.
    #[oai(validator(minimum(value = "0.0"), maximum(value = "1.0")))]
    pub(super) machine_click_share: Option<f64>,
    /// How long everything takes.
    pub(super) delays: Option<DelaysRequest>,
    /// How people with addresses of each status differ.
    pub(super) segments: Option<SegmentsRequest>,
}

/// How likely everything is, for each person by themselves, and how long it takes.
#[derive(Clone, Debug, Object)]
#[oai(rename = "SimulationConfig")]
pub(crate) struct ConfigAnswer {
    /// How many mails go out in a minute; without it, as many as the campaign has it.
    #[oai(validator(minimum(value = "1"), maximum(value = "1000000")))]
    pub(super) send_rate: Option<i32>,
    /// Of the mails sent, those that come back.
    #[oai(validator(minimum(value = "0.0"), maximum(value = "1.0")))]
    pub(super) bounce_rate: f64,
    /// Of the mails that come back, those whose address takes none at all.
    #[oai(validator(minimum(value = "0.0"), maximum(value = "1.0")))]
    pub(super) hard_bounce_share: f64,
    /// Of the mails delivered, those that a person opens.
    #[oai(validator(minimum(value = "0.0"), maximum(value = "1.0")))]
    pub(super) open_rate: f64,
    /// Of the openings, those after which the person opens the mail once more.
    #[oai(validator(minimum(value = "0.0"), maximum(value = "1.0")))]
    pub(super) reopen_rate: f64,
    /// Of the mails delivered, those of which a person follows a link; no more than are opened.
    #[oai(validator(minimum(value = "0.0"), maximum(value = "1.0")))]
    pub(super) click_rate: f64,
    /// Of the mails delivered, those whose recipient wants no more; no more than are opened.
    #[oai(validator(minimum(value = "0.0"), maximum(value = "1.0")))]
    pub(super) unsubscribe_rate: f64,
    /// Of the people who click, those who see the landing page.
    #[oai(validator(minimum(value = "0.0"), maximum(value = "1.0")))]
    pub(super) form_view_rate: f64,
    /// Of the people who see the landing page, those who send its form.
    #[oai(validator(minimum(value = "0.0"), maximum(value = "1.0")))]
    pub(super) form_submit_rate: f64,
    /// Of the first openings, those that are machines'.
    #[oai(validator(minimum(value = "0.0"), maximum(value = "1.0")))]
    pub(super) machine_open_share: f64,
    /// Of the mails clicked, those that a scanner clicks.
    #[oai(validator(minimum(value = "0.0"), maximum(value = "1.0")))]
    pub(super) machine_click_share: f64,
    /// How long everything takes.
    pub(super) delays: DelaysAnswer,
    /// How people with addresses of each status differ.
    pub(super) segments: SegmentsAnswer,
}
