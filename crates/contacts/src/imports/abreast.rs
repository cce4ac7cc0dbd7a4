//! Two pieces of work at the same time, in one task.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

/// Does both, the first one before the second wherever both can go on: while one waits for storage, the other one
/// computes.
pub(super) async fn abreast<A, B>(
    first: impl Future<Output = A> + Send,
    second: impl Future<Output = B> + Send,
) -> (A, B)
where
    A: Send,
    B: Send,
{
    let (mut first, mut second) = (pin!(first), pin!(second));
    let (mut one, mut other) = (None, None);
    poll_fn(|context| {
        if one.is_none()
            && let Poll::Ready(done) = first.as_mut().poll(context)
        {
            one = Some(done);
        }
        if other.is_none()
            && let Poll::Ready(done) = second.as_mut().poll(context)
        {
            other = Some(done);
        }
        match (one.take(), other.take()) {
            (Some(one), Some(other)) => Poll::Ready((one, other)),
            (left, right) => {
                (one, other) = (left, right);
                Poll::Pending
            }
        }
    })
    .await
}

/// Lets the other piece of work go on first where it can.
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
    use std::sync::Mutex;
    use std::task::{Context, Waker};

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
        let mut both = pin!(abreast(work("a", 3), work("b", 1)));
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
