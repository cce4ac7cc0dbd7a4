//! The audit log: what is in it, who reads it, and how.

mod reading;
