//! The program `canvass`.

use std::process::ExitCode;

use mimalloc::MiMalloc;

/// Gives memory back when it is free: the system's allocator keeps the 19 MiB of every password hash.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    server::run()
}
