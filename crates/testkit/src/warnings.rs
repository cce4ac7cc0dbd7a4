//! What a program warned of while a test ran.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use tracing::field::{Field, Visit};
use tracing::instrument::WithSubscriber as _;
use tracing_subscriber::Layer;
use tracing_subscriber::layer::{Context, SubscriberExt as _};

/// A warning: its fields by their names, without the message.
pub type Warning = BTreeMap<&'static str, String>;

/// What came of `work`, and what this module warned of meanwhile, in that order.
pub async fn warnings_of<T>(
    module: &'static str,
    work: impl Future<Output = T>,
) -> (T, Vec<Warning>) {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let listening = Listening {
        module,
        heard: Arc::clone(&heard),
    };
    let subscriber = tracing_subscriber::registry().with(listening);
    let outcome = work.with_subscriber(subscriber).await;
    let warnings = heard.lock().unwrap_or_else(PoisonError::into_inner).clone();
    (outcome, warnings)
}

struct Listening {
    module: &'static str,
    heard: Arc<Mutex<Vec<Warning>>>,
}

impl<S: tracing::Subscriber> Layer<S> for Listening {
    fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, S>) {
        let metadata = event.metadata();
        if *metadata.level() != tracing::Level::WARN || metadata.target() != self.module {
            return;
        }
        let mut fields = Fields::default();
        event.record(&mut fields);
        fields.0.remove("message");
        let mut heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        heard.push(fields.0);
    }
}

#[derive(Default)]
struct Fields(Warning);

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name(), value.to_owned());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        self.0.insert(field.name(), format!("{value:?}"));
    }
}
