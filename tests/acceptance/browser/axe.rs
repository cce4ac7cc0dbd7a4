//! Whether people can use a page who see, hear or move in other ways, as far as a program can tell (axe-core).

use std::path::Path;
use std::sync::LazyLock;

use serde_json::Value;

use super::driver::Browser;

/// The program, as `scripts/setup --check` leaves it.
static AXE: LazyLock<String> = LazyLock::new(|| {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("../axe-core/axe.min.js");
    std::fs::read_to_string(&path).unwrap_or_else(|error| {
        panic!(
            "axe-core is missing at {} ({error}): run `scripts/setup --check`",
            path.display()
        )
    })
});

impl Browser {
    /// Checks the page against the rules of WCAG 2.2 (levels A and AA) and good practice.
    ///
    /// # Panics
    ///
    /// If it breaks one; the message names the rules and the elements. Also if nothing was checked.
    pub(super) async fn is_accessible(&self, page: &str) {
        self.run(&AXE).await;
        let script = "const done = arguments[0]; axe.run().then(told => done({ \
                      version: axe.version, passes: told.passes.length, \
                      violations: told.violations.map(it => [it.id, it.nodes.map(node => node.html)]) }));";
        let told = self.client.execute_async(script, Vec::new()).await;
        let told = told.unwrap_or_else(|error| panic!("{page}: {error}"));
        assert!(told["passes"].as_u64() > Some(5), "{page}: {told}");
        assert_eq!(
            told["violations"],
            Value::Array(Vec::new()),
            "{page}: {told}"
        );
    }

    /// Checks that the page fits the screen.
    ///
    /// # Panics
    ///
    /// If it is wider, so that it has to be moved to and fro to be read.
    pub(super) async fn fits(&self, page: &str, width: u64) {
        let script = "return [window.innerWidth, document.documentElement.scrollWidth];";
        let told = self.run(script).await;
        assert_eq!(told[0], width, "{page}");
        assert!(told[1].as_u64() <= Some(width), "{page}: {told}");
    }
}
