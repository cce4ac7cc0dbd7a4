//! The two macros with which a domain crate states the contract of its ports once, and every adapter
//! is tested against it.
//!
//! A crate lists its cases in one macro of its own:
//!
//! ```ignore
//! #[macro_export]
//! macro_rules! for_each_team_case {
//!     ([$($callback:tt)+] $($context:tt)*) => {
//!         $($callback)+! { [$($context)*] a_team_is_found_again, other_tenants_see_nothing, }
//!     };
//! }
//! ```
//!
//! [`jobs`] is the contract of the kernel's own job store.
//!
//! `dispatch_contract_case!` runs the case with a given name, and `stamp_contract_tests!` turns the
//! list into one test per case. A case that is missing from the list is dead code, which the build refuses.

pub mod jobs;

/// Runs the case called `$name`; the callback of a case list inside the crate that owns the cases.
#[macro_export]
macro_rules! dispatch_contract_case {
    ([$name:ident $subject:ident] $($case:ident,)*) => {
        match $name {
            $(stringify!($case) => cases::$case($subject).await,)*
            unknown => unreachable!("no contract case named `{unknown}`"),
        }
    };
}

/// Stamps one `#[tokio::test]` per case; the callback of a case list inside an adapter's tests, where
/// `run` is in scope: the function that runs a case by its name.
#[macro_export]
macro_rules! stamp_contract_tests {
    ([$subject:ty] $($case:ident,)*) => {
        $(
            #[tokio::test]
            async fn $case() {
                run::<$subject>(stringify!($case)).await;
            }
        )*
    };
}
