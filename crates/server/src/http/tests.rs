use std::time::Duration;

use poem::{EndpointExt as _, IntoResponse as _};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::{Patience, serve};

/// More than the system's buffers on both sides take.
const LARGE: usize = 64 << 20;

const SHORT: Duration = Duration::from_millis(200);

const LONG: Duration = Duration::from_mins(10);

const PATIENT: Patience = Patience {
    head: LONG,
    writing: LONG,
    stop: LONG,
    last_call: LONG,
};

struct Stage {
    stopping: CancellationToken,
    last_call: CancellationToken,
    serving: JoinHandle<()>,
    client: TcpStream,
}

/// A server that says `hello`, much of it to `/large`, and nothing to `/never` but at its last call.
async fn stage(patience: Patience) -> Stage {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stopping, last_call) = (CancellationToken::new(), CancellationToken::new());
    let application = poem::endpoint::make({
        let last_call = last_call.clone();
        move |request| {
            let last_call = last_call.clone();
            async move {
                match request.uri().path() {
                    "/large" => "hello".repeat(LARGE / 5).into_response(),
                    "/never" => {
                        last_call.cancelled().await;
                        "come again".into_response()
                    }
                    _ => "hello".into_response(),
                }
            }
        }
    });
    let application = application.map_to_response().boxed();
    let serving = tokio::spawn(serve(
        listener,
        application,
        patience,
        stopping.clone(),
        last_call.clone(),
    ));
    let client = TcpStream::connect(address).await.unwrap();
    Stage {
        stopping,
        last_call,
        serving,
        client,
    }
}

impl Stage {
    async fn ask(&mut self, path: &str) {
        let request = format!("GET {path} HTTP/1.1\r\nhost: test\r\n\r\n");
        self.client.write_all(request.as_bytes()).await.unwrap();
    }

    /// What comes until the server hangs up.
    async fn rest(&mut self) -> Vec<u8> {
        let mut rest = Vec::new();
        let mut buffer = vec![0; 1 << 16];
        while let Ok(read @ 1..) = self.client.read(&mut buffer).await {
            rest.extend_from_slice(&buffer[..read]);
        }
        rest
    }
}

#[tokio::test]
async fn a_client_that_dribbles_the_head_of_its_request_is_hung_up_on() {
    let mut stage = stage(Patience {
        head: SHORT,
        ..PATIENT
    })
    .await;
    stage
        .client
        .write_all(b"GET / HTTP/1.1\r\nhost: ")
        .await
        .unwrap();

    let (mut reading, mut writing) = stage.client.split();
    let dribbling = async {
        while writing.write_all(b"x").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let mut answer = Vec::new();
    tokio::select! {
        _hung_up = reading.read_to_end(&mut answer) => {}
        () = dribbling => {}
    }

    assert!(!answer.starts_with(b"HTTP/1.1 200"));
}

#[tokio::test]
async fn what_is_no_request_is_refused_with_a_bare_status_and_repeated_in_nothing() {
    let long = "canary".repeat(100_000);
    for (request, status) in [
        ("canary\r\n\r\n".to_owned(), "400 Bad Request"),
        ("GET / CANARY/9\r\n\r\n".to_owned(), "400 Bad Request"),
        (
            "GET / HTTP/1.1\r\ncanary canary: x\r\n\r\n".to_owned(),
            "400 Bad Request",
        ),
        (
            "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: canary\r\n\r\n".to_owned(),
            "400 Bad Request",
        ),
        (
            format!("GET /{} HTTP/1.1\r\n\r\n", "canary".repeat(12_000)),
            "414 URI Too Long",
        ),
        (
            format!("GET / HTTP/1.1\r\nhost: x\r\nx: {long}\r\n\r\n"),
            "431 Request Header Fields Too Large",
        ),
    ] {
        let mut stage = stage(PATIENT).await;
        let (mut reading, mut writing) = stage.client.split();
        let mut answer = Vec::new();
        // The server need not read to the end of what it refuses.
        let (_refused, _reset) = tokio::join!(
            async { writing.write_all(request.as_bytes()).await.is_ok() },
            async { reading.read_to_end(&mut answer).await.is_ok() }
        );

        let answer = String::from_utf8(answer).unwrap().to_lowercase();
        let head = format!("http/1.1 {}\r\n", status.to_lowercase());
        assert!(answer.starts_with(&head), "{status}: {answer}");
        assert!(answer.contains("\r\ncontent-length: 0\r\n"), "{answer}");
        assert!(answer.ends_with("\r\n\r\n"), "{answer}");
        assert!(!answer.contains("canary"), "{answer}");
    }
}

#[tokio::test]
async fn an_idle_client_is_hung_up_on() {
    let mut stage = stage(Patience {
        head: SHORT,
        ..PATIENT
    })
    .await;

    stage.ask("/").await;
    let answer = stage.rest().await;

    assert!(answer.starts_with(b"HTTP/1.1 200 OK\r\n") && answer.ends_with(b"hello"));
}

#[tokio::test]
async fn a_client_that_does_not_take_its_answer_is_hung_up_on() {
    let mut stage = stage(Patience {
        writing: SHORT,
        ..PATIENT
    })
    .await;

    stage.ask("/large").await;
    tokio::time::sleep(SHORT * 5).await;
    let taken = stage.rest().await;

    assert!(taken.starts_with(b"HTTP/1.1 200 OK\r\n") && taken.len() < LARGE);
}

#[tokio::test]
async fn a_stopping_server_hangs_up_on_the_idle_and_waits_for_nobody_else() {
    let mut stage = stage(PATIENT).await;
    stage.ask("/").await;
    stage.client.readable().await.unwrap();

    stage.stopping.cancel();
    (&mut stage.serving).await.unwrap();

    assert!(!stage.last_call.is_cancelled());
}

#[tokio::test]
async fn a_request_that_does_not_end_is_answered_at_the_last_call() {
    let mut stage = stage(Patience {
        stop: SHORT,
        ..PATIENT
    })
    .await;
    stage.ask("/never").await;
    // The server has read the request once it answers another one that came later.
    let address = stage.client.peer_addr().unwrap();
    let mut other = TcpStream::connect(address).await.unwrap();
    other
        .write_all(b"GET / HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n")
        .await
        .unwrap();
    other.read_to_end(&mut Vec::new()).await.unwrap();

    stage.stopping.cancel();
    let answer = stage.rest().await;

    assert!(answer.ends_with(b"come again"));
    (&mut stage.serving).await.unwrap();
}

#[tokio::test]
async fn whoever_is_not_answered_at_the_last_call_is_cut_off() {
    let mut stage = stage(Patience {
        stop: SHORT,
        last_call: SHORT,
        ..PATIENT
    })
    .await;
    stage.ask("/large").await;
    stage.client.readable().await.unwrap();

    stage.stopping.cancel();
    (&mut stage.serving).await.unwrap();

    assert!(stage.rest().await.len() < LARGE);
}
