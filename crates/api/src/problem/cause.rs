//! What stands behind a failure of ours.

/// What stands behind a failure of ours; for logs, never for the client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// What the error says.
    pub message: String,
    /// What its sources say, outermost first.
    pub sources: Vec<String>,
    /// Whether a handler panicked.
    pub panicked: bool,
}

impl Cause {
    /// A cause without sources.
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            sources: Vec::new(),
            panicked: false,
        }
    }

    /// A panic in a handler.
    pub fn panic(message: impl Into<String>) -> Self {
        Self {
            panicked: true,
            ..Self::new(message)
        }
    }

    /// The error's message with those of its sources.
    pub fn of(error: &(dyn std::error::Error + '_)) -> Self {
        let mut sources = Vec::new();
        let mut source = error.source();
        while let Some(error) = source {
            sources.push(error.to_string());
            source = error.source();
        }
        Self {
            sources,
            ..Self::new(error.to_string())
        }
    }
}
