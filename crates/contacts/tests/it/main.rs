//! Use cases of contacts, over the in-memory adapter.
