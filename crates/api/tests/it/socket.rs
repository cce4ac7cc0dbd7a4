//! Over a real connection, where the HTTP library has its part.

use std::sync::Arc;

use poem::listener::{Acceptor as _, Listener as _, TcpListener};
use poem::{Endpoint, Request, Response, Server};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::demo::DemoApi;
use crate::support::{PROBLEM, World};

struct Served(Arc<World>);

impl Endpoint for Served {
    type Output = Response;

    async fn call(&self, request: Request) -> poem::Result<Response> {
        Ok((self.0.app)(request).await)
    }
}

/// Serves the small API, sends `requests` on one connection, and returns all that comes back.
async fn converse(requests: &[&[u8]]) -> String {
    let acceptor = TcpListener::bind("127.0.0.1:0")
        .into_acceptor()
        .await
        .unwrap();
    let address = *acceptor.local_addr()[0].as_socket_addr().unwrap();
    let world = Arc::new(World::new(DemoApi::default()));
    let server = tokio::spawn(Server::new_with_acceptor(acceptor).run(Served(world)));

    let mut stream = TcpStream::connect(address).await.unwrap();
    for request in requests {
        stream.write_all(request).await.unwrap();
    }
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    server.abort();
    String::from_utf8(answer).unwrap()
}

#[tokio::test]
async fn an_upload_of_a_stranger_is_refused_before_it_is_sent() {
    let answer = converse(&[
        b"PUT /v1/uploads HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\n\
        content-type: application/octet-stream\r\ncontent-length: 500000000\r\n\r\n",
    ])
    .await;

    assert!(answer.starts_with("HTTP/1.1 401 "), "{answer}");
    assert!(answer.contains(PROBLEM));
}

#[tokio::test]
async fn what_is_left_of_a_refused_body_is_not_taken_for_a_request() {
    let mut body = b"POST /v1/organizations/acme/teams HTTP/1.1\r\nhost: x\r\n\
        authorization: Bearer member\r\ncontent-type: application/json\r\n\
        transfer-encoding: chunked\r\n\r\n5000\r\n"
        .to_vec();
    body.extend_from_slice(&b"GET /health/live HTTP/1.1\r\nhost: x\r\n\r\n".repeat(0x5000 / 40));

    let answer = converse(&[&body]).await;

    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
    assert!(!answer.contains("\"live\""), "{answer}");
}

#[tokio::test]
async fn head_is_answered_without_a_body_and_the_connection_goes_on() {
    let answer = converse(&[
        b"HEAD /nothing HTTP/1.1\r\nhost: x\r\n\r\n",
        b"GET /health/live HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
    ])
    .await;

    assert!(answer.starts_with("HTTP/1.1 404 "), "{answer}");
    assert!(!answer.contains("no-such-route"), "{answer}");
    assert!(answer.ends_with("{\"status\":\"live\"}"), "{answer}");
}
