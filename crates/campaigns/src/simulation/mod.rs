//! Campaigns that are carried out as if: what their mails would have caused is made up, and recorded like what happens.
//!
//! - [`AskedSimulation`] is what somebody wants, [`SimulationPlan`] what is played, [`Simulation`] that it is;
//! - a [`Simulator`] makes the plan, and its [`Scenario`] tells what each mail causes;
//! - [`Simulations`] are the use cases, [`SimulateJob`] plays.

mod entity;
mod links;
mod plan;
mod play;
mod progress;
mod recording;
mod service;
mod simulator;

pub use entity::{Simulation, SimulationState};
pub use plan::{AskedSimulation, InvalidSeed, SimulationConfig, SimulationPlan, SimulationSeed};
pub use play::SimulateJob;
pub use service::Simulations;
pub use simulator::{LinkOfMail, Mailing, Scenario, SimulatedEvent, SimulatedMail, Simulator};
