//! One piece of work giving way to another one, in one task.

use std::future::poll_fn;
use std::task::Poll;

/// Lets the other piece of work go on first where it can: while one waits for storage, the other one computes.
pub(super) async fn give_way() {
    let mut has_given = false;
    poll_fn(|context| {
        if has_given {
            return Poll::Ready(());
        }
        has_given = true;
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::sync::Mutex;
    use std::task::{Context, Waker};

    use futures_util::future::join;

    use super::*;

    #[test]
    fn what_gives_way_lets_the_other_one_go_on() {
        let steps = Mutex::new(Vec::new());
        let work = async |name: &'static str, count: usize| {
            for _ in 0..count {
                steps.lock().unwrap().push(name);
                give_way().await;
            }
            name
        };
        let mut both = pin!(join(work("a", 3), work("b", 1)));
        let mut context = Context::from_waker(Waker::noop());
        let done = loop {
            if let Poll::Ready(done) = both.as_mut().poll(&mut context) {
                break done;
            }
        };

        assert_eq!(done, ("a", "b"));
        assert_eq!(*steps.lock().unwrap(), ["a", "b", "a", "a"]);
    }
}
