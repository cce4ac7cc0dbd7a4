//! Accepting connections and answering what comes over them.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use poem::endpoint::BoxEndpoint;
use poem::http::uri::Scheme;
use poem::web::{LocalAddr, RemoteAddr};
use poem::{Endpoint as _, Response};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::Patience;
use super::writing::Writing;

/// How long to wait before accepting again, when the system has no room for another connection.
const NO_ROOM: Duration = Duration::from_millis(100);

/// Answers requests until `stopping`.
///
/// Then no connection is accepted any more, idle ones are closed, and open requests get time to end. When
/// it is over `last_call` is cancelled, upon which the application has to answer at once; what is not
/// answered even so is cut off.
pub(crate) async fn serve(
    listener: TcpListener,
    application: BoxEndpoint<'static, Response>,
    patience: Patience,
    stopping: CancellationToken,
    last_call: CancellationToken,
) {
    let application = Arc::new(application);
    let connections = TaskTracker::new();
    let cut_off = CancellationToken::new();
    loop {
        let accepted = tokio::select! {
            biased;
            () = stopping.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, peer)) => {
                let answered = answer(
                    stream,
                    peer,
                    Arc::clone(&application),
                    patience,
                    stopping.clone(),
                );
                let cut_off = cut_off.clone();
                connections.spawn(async move { cut_off.run_until_cancelled(answered).await });
            }
            Err(error) => {
                tracing::warn!(error = %error, "a connection could not be accepted");
                tokio::time::sleep(NO_ROOM).await;
            }
        }
    }
    drop(listener);
    connections.close();

    if ended_within(&connections, patience.stop).await {
        return;
    }
    last_call.cancel();
    if !ended_within(&connections, patience.last_call).await {
        tracing::warn!(connections = connections.len(), "connections were cut off");
        cut_off.cancel();
        connections.wait().await;
    }
}

async fn ended_within(connections: &TaskTracker, patience: Duration) -> bool {
    tokio::time::timeout(patience, connections.wait())
        .await
        .is_ok()
}

/// Answers the requests of one connection, until the client hangs up, is too slow, or `stopping`.
async fn answer(
    stream: TcpStream,
    peer: SocketAddr,
    application: Arc<BoxEndpoint<'static, Response>>,
    patience: Patience,
    stopping: CancellationToken,
) {
    // Small answers should not wait for more; without it they are only slower.
    let _best_effort = stream.set_nodelay(true);
    let Ok(local) = stream.local_addr() else {
        return;
    };
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let application = Arc::clone(&application);
        let (local, remote) = (LocalAddr(local.into()), RemoteAddr(peer.into()));
        async move {
            let request = (request, local, remote, Scheme::HTTP).into();
            let response = application.get_response(request).await;
            Ok::<_, Infallible>(hyper::Response::from(response))
        }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(patience.head)
        .serve_connection(
            TokioIo::new(Writing::new(stream, patience.writing)),
            service,
        );
    tokio::pin!(connection);

    // How a connection ended is the client's affair; what became of its requests has been told.
    tokio::select! {
        _ended = connection.as_mut() => return,
        () = stopping.cancelled() => connection.as_mut().graceful_shutdown(),
    }
    let _ended = connection.await;
}
