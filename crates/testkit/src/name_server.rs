//! A name server on loopback that answers as it is told to.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use hickory_proto::op::{Message, OpCode, Query, ResponseCode};
use hickory_proto::rr::rdata::{A, AAAA, MX, SOA};
use hickory_proto::rr::{Name, RData, Record, RecordType};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio::task::JoinSet;
use tokio::time::timeout;

/// How often a question is repeated that the server has to answer.
const REPETITIONS: usize = 30;

/// How long is waited for the answer each time.
const PAUSE: Duration = Duration::from_secs(1);

/// What the server says of a domain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Two hosts take its mail; the records live for so many seconds.
    Mail {
        /// How long the answer may be kept.
        ttl: u32,
    },
    /// As `Mail`, but too long for a datagram, so that it has to be asked for again over TCP.
    LongMail,
    /// It says that it takes no mail (RFC 7505).
    NullMail,
    /// It has an address and says nothing of mail.
    AddressOnly,
    /// As `AddressOnly`, but the address is one of IPv6.
    AddressV6Only,
    /// It exists and has neither.
    Nothing,
    /// There is no such domain; this is said of every domain of which nothing was told.
    Absent,
    /// The server fails.
    Failing,
    /// The server says nothing at all.
    Silent,
}

/// How a question came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Transport {
    Udp,
    Tcp,
}

#[derive(Debug, Default)]
struct Told {
    answers: BTreeMap<String, Answer>,
    asked: Vec<(Transport, RecordType, String)>,
}

/// A running name server; it ends when it is dropped.
#[derive(Debug)]
pub struct NameServer {
    address: SocketAddr,
    told: Arc<Mutex<Told>>,
    _serving: JoinSet<()>,
}

impl NameServer {
    /// Starts a server on a port of its own, over UDP and TCP.
    pub async fn start() -> Self {
        let (udp, tcp) = bind().await;
        let address = udp.local_addr().expect("the socket has an address");
        let told = Arc::new(Mutex::new(Told::default()));
        let mut serving = JoinSet::new();
        serving.spawn(serve_udp(udp, Arc::clone(&told)));
        serving.spawn(serve_tcp(tcp, Arc::clone(&told)));
        Self {
            address,
            told,
            _serving: serving,
        }
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Tells what to say of a domain from now on.
    pub fn tell(&self, domain: &str, answer: Answer) {
        lock(&self.told).answers.insert(domain.to_owned(), answer);
    }

    /// Waits until every datagram that was sent before is counted: clients repeat a question that is answered late, and
    /// do not wait for the answer to the repetition.
    pub async fn catch_up(&self) {
        let socket = UdpSocket::bind("127.0.0.1:0").await.expect("a port");
        let mut question = Message::query();
        let name = Name::from_ascii("catch-up.test.").expect("a name");
        question.add_query(Query::query(name, RecordType::MX));
        let question = question.to_vec().expect("a question can be written");
        let mut buffer = [0; 512];
        // Datagrams are read in the order in which they came; one can be lost where too many wait.
        for _ in 0..REPETITIONS {
            let sent = socket.send_to(&question, self.address).await;
            sent.expect("loopback takes it");
            if let Ok(answer) = timeout(PAUSE, socket.recv(&mut buffer)).await {
                answer.expect("the server answers what it was not told to be silent about");
                return;
            }
        }
        panic!("the server does not answer");
    }

    /// How many questions were asked about the domain, over UDP and TCP together; see [`NameServer::catch_up`].
    #[must_use]
    pub fn times_asked(&self, domain: &str) -> usize {
        let told = lock(&self.told);
        told.asked
            .iter()
            .filter(|(.., name)| name == domain)
            .count()
    }

    /// Whether a question about the domain came over TCP.
    #[must_use]
    pub fn was_asked_over_tcp(&self, domain: &str) -> bool {
        lock(&self.told)
            .asked
            .iter()
            .any(|(transport, _, name)| *transport == Transport::Tcp && name == domain)
    }
}

fn lock(told: &Mutex<Told>) -> MutexGuard<'_, Told> {
    told.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One port for both, which somebody else may have for the other protocol.
async fn bind() -> (UdpSocket, TcpListener) {
    for _ in 0..50 {
        let tcp = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = tcp.local_addr().expect("the socket has an address");
        if let Ok(udp) = UdpSocket::bind(address).await {
            return (udp, tcp);
        }
    }
    panic!("no port is free for both UDP and TCP");
}

async fn serve_udp(socket: UdpSocket, told: Arc<Mutex<Told>>) {
    let mut buffer = vec![0; 4096];
    while let Ok((length, from)) = socket.recv_from(&mut buffer).await {
        if let Some(reply) = reply(&buffer[..length], Transport::Udp, &told) {
            // A client that has gone away does not want it any more.
            drop(socket.send_to(&reply, from).await);
        }
    }
}

async fn serve_tcp(listener: TcpListener, told: Arc<Mutex<Told>>) {
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        connections.spawn(converse(stream, Arc::clone(&told)));
    }
}

async fn converse(mut stream: TcpStream, told: Arc<Mutex<Told>>) {
    while let Ok(length) = stream.read_u16().await {
        let mut question = vec![0; usize::from(length)];
        if stream.read_exact(&mut question).await.is_err() {
            return;
        }
        let Some(reply) = reply(&question, Transport::Tcp, &told) else {
            continue;
        };
        let length = u16::try_from(reply.len()).expect("answers are short");
        let framed = [&length.to_be_bytes()[..], &reply].concat();
        if stream.write_all(&framed).await.is_err() {
            return;
        }
    }
}

fn reply(question: &[u8], transport: Transport, told: &Mutex<Told>) -> Option<Vec<u8>> {
    let question = Message::from_vec(question).ok()?;
    let query = question.queries.first()?.clone();
    let domain = query.name.to_ascii().trim_end_matches('.').to_lowercase();
    let answer = {
        let mut told = lock(told);
        told.asked
            .push((transport, query.query_type, domain.clone()));
        told.answers.get(&domain).copied().unwrap_or(Answer::Absent)
    };

    let mut reply = Message::response(question.metadata.id, OpCode::Query);
    reply.metadata.recursion_desired = true;
    reply.metadata.recursion_available = true;
    reply.add_query(query.clone());
    let name = query.name;
    let mail = |preference, host: &str, ttl| {
        let host = Name::from_ascii(host).expect("a name");
        Record::from_rdata(name.clone(), ttl, RData::MX(MX::new(preference, host)))
    };
    let wants_mail = query.query_type == RecordType::MX;
    match answer {
        Answer::Silent => return None,
        Answer::Failing => reply.metadata.response_code = ResponseCode::ServFail,
        Answer::Absent => reply.metadata.response_code = ResponseCode::NXDomain,
        Answer::LongMail if transport == Transport::Udp => reply.metadata.truncation = true,
        Answer::Mail { ttl } if wants_mail => {
            reply.add_answer(mail(10, "mx1.mail.test.", ttl));
            reply.add_answer(mail(20, "mx2.mail.test.", ttl));
        }
        Answer::LongMail if wants_mail => {
            reply.add_answer(mail(10, "mx1.mail.test.", 300));
        }
        Answer::NullMail if wants_mail => {
            reply.add_answer(mail(0, ".", 300));
        }
        Answer::AddressOnly if query.query_type == RecordType::A => {
            let address = RData::A(A::new(192, 0, 2, 1));
            reply.add_answer(Record::from_rdata(name.clone(), 300, address));
        }
        Answer::AddressV6Only if query.query_type == RecordType::AAAA => {
            let address = RData::AAAA(AAAA::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1));
            reply.add_answer(Record::from_rdata(name.clone(), 300, address));
        }
        Answer::Mail { .. }
        | Answer::LongMail
        | Answer::NullMail
        | Answer::AddressOnly
        | Answer::AddressV6Only
        | Answer::Nothing => {}
    }
    if reply.answers.is_empty() && !reply.metadata.truncation {
        let host = Name::from_ascii("ns.test.").expect("a name");
        let authority = RData::SOA(SOA::new(host.clone(), host, 1, 3600, 600, 86400, 300));
        reply.add_authority(Record::from_rdata(name.base_name(), 300, authority));
    }
    Some(reply.to_vec().expect("an answer can be written"))
}
