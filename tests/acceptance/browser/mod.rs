//! The pages for visitors in a real browser: they are used, checked for accessibility, and photographed.
//!
//! The browser is Chromium without a window, driven by `chromedriver`; `scripts/setup --check` installs both, and axe-core
//! beside them. Pictures lie in `target/tmp/pages` after a run.

mod axe;
mod driver;
mod journey;
mod site;
