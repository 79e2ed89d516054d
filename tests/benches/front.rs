//! `Front` under load: REST beside bare hyper, which answers the same bytes, and ten thousand idle websockets.

use std::convert::Infallible;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use kandy_mock_server::{Front, FrontHandle, FrontLimits, FrontOptions, UserOptions};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::runtime;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{WebSocketStream, client_async_with_config};

const USER: &str = "alice@example.com";
const LOGIN: &str = "/v2.0/auth/mk_token?refresh=y";
const BASIC: &str = "authorization: basic YWxpY2VAZXhhbXBsZS5jb206czNjcmV0\r\n";
const SUBSCRIPTION: &str = "/rest/version/1/user/alice@example.com/subscription";
const SUBSCRIBE: &str = r#"{"subscribeRequest":{"expires":86400,"service":["call","IM"]}}"#;

/// Connections that ask, each for one answer at a time.
const CONNECTIONS: usize = 32;
const ROUNDS: usize = 20;
/// Requests of one round at each of both.
const REQUESTS: usize = 50_000;
/// What the platform's work may leave of the throughput of bare hyper.
const LEAST_RATIO: f64 = 0.8;
/// What a million requests may add to the process, allocator and all.
const MOST_GROWTH_KIB: usize = 4 * 1024;

const SOCKETS: usize = 10_000;
/// What an idle websocket may cost at both ends together.
const MOST_KIB_PER_SOCKET: f64 = 16.0;
/// Handshakes under way at once.
const AT_ONCE: usize = 100;
/// Listeners, runtimes, the terminal, and connections that are just ending.
const OTHER_FILES: usize = 64;
/// The argument with which this program is the server of idle websockets.
const SERVER: &str = "--idle-server";

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.iter().any(|argument| argument == SERVER) {
        return serve_idle();
    }
    if !arguments.iter().any(|argument| argument == "--bench") {
        println!("nothing is measured without --bench, which `cargo bench` gives");
        return;
    }
    let filters: Vec<&String> = arguments.iter().filter(|argument| !argument.starts_with('-')).collect();
    let wanted = |name: &str| filters.is_empty() || filters.iter().any(|filter| name.contains(filter.as_str()));
    // Sockets come first: what the load leaves in the allocator would make their memory look smaller.
    if wanted("idle_websockets") {
        idle_websockets();
    }
    if wanted("throughput") {
        throughput();
    }
}

/// Renewals of one subscription, which leave nothing behind but the journal, at the platform and at bare hyper.
fn throughput() {
    let (front, handle) = on_a_thread("front", start_front(FrontLimits::default()));
    let request = renewal(front);
    let answer = answer_to(front, &request);
    let (bare, ()) = on_a_thread("bare", start_bare(answer.clone()));
    assert_eq!(without_date(&answer_to(bare, &request)), without_date(&answer), "both give the same bytes");

    let runtime = runtime::Builder::new_current_thread().enable_all().build().expect("there are threads to spare");
    let round = |server: SocketAddr| runtime.block_on(load(server, &request, answer.len()));
    // Connections, buffers and the journal have their sizes after the first ones.
    for server in [front, bare] {
        round(server);
    }
    let before = resident_kib("self");
    let (mut ratios, mut rates) = (Vec::new(), [Vec::new(), Vec::new()]);
    let cpu = || ["front", "bare"].map(cpu_of_thread);
    let cpu_before = cpu();
    // Taken in turns, so that what else the machine does falls on both alike.
    for _ in 0..ROUNDS {
        let [ours, theirs] = [front, bare].map(|server| REQUESTS as f64 / round(server).as_secs_f64());
        ratios.push(ours / theirs);
        rates[0].push(ours);
        rates[1].push(theirs);
    }
    let cpu_after = cpu();
    let growth = before.zip(resident_kib("self")).map(|(before, after)| after.saturating_sub(before));
    assert_eq!(handle.platform(|platform, _| platform.subscriptions(None).len()), 1);

    let [ours, theirs] = rates.map(median);
    let ratio = median(ratios);
    println!("{ROUNDS} rounds of {REQUESTS} renewals each over {CONNECTIONS} connections, one thread a server");
    println!("  Front       {ours:>9.0} requests/s");
    println!("  bare hyper  {theirs:>9.0} requests/s");
    println!("  ratio       {ratio:>9.2}  aim: {LEAST_RATIO} at least: {}", verdict(ratio >= LEAST_RATIO));
    if let [(Some(front), Some(front_after)), (Some(bare), Some(bare_after))] =
        [0, 1].map(|which| (cpu_before[which], cpu_after[which]))
    {
        let each = |time: Duration| time.as_secs_f64() * 1e6 / (ROUNDS * REQUESTS) as f64;
        println!("  CPU a request: {:.1} us, bare {:.1} us", each(front_after - front), each(bare_after - bare));
    }
    if let Some(kib) = growth {
        let total = ROUNDS * REQUESTS;
        println!(
            "  {total} requests add {kib} KiB, aim: {MOST_GROWTH_KIB} at most: {}",
            verdict(kib <= MOST_GROWTH_KIB)
        );
    }
    println!();
}

/// Lets every connection ask until all requests are answered.
async fn load(server: SocketAddr, request: &[u8], answer: usize) -> Duration {
    let ask = async || {
        let mut stream = tokio::net::TcpStream::connect(server).await.expect("the server listens");
        stream.set_nodelay(true).expect("the connection is open");
        let mut heard = vec![0; answer];
        for _ in 0..REQUESTS / CONNECTIONS {
            stream.write_all(request).await.expect("the server reads");
            stream.read_exact(&mut heard).await.expect("the server answers");
        }
        assert!(heard.starts_with(b"HTTP/1.1 200 OK\r\n"), "the last one is an answer like the first");
    };
    let started = now();
    let asking = futures_util::future::join_all((0..CONNECTIONS).map(|_| ask()));
    // Never asleep: to wake the client would be the server's work, and more of it the more time the client has to sleep.
    let awake = async {
        loop {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        _ = asking => {}
        () = awake => {}
    }
    started.elapsed()
}

/// Starts a server on a thread of its own, which ends with the process.
fn on_a_thread<T: Send + 'static>(
    name: &str,
    start: impl Future<Output = (SocketAddr, T)> + Send + 'static,
) -> (SocketAddr, T) {
    let (started, start_of) = mpsc::channel();
    let run = move || {
        let runtime = runtime::Builder::new_current_thread().enable_all().build().expect("there are files to spare");
        runtime.block_on(async {
            started.send(start.await).expect("the start is waited for");
            std::future::pending::<()>().await;
        });
    };
    thread::Builder::new().name(name.to_owned()).spawn(run).expect("there are threads to spare");
    start_of.recv().expect("the server starts")
}

async fn start_front(limits: FrontLimits) -> (SocketAddr, FrontHandle) {
    let options = FrontOptions { address: ([127, 0, 0, 1], 0).into(), limits, ..FrontOptions::default() };
    let front = Front::start(options, Arc::new(())).await.expect("there is a port");
    let (address, handle) = (front.address(), front.handle());
    handle
        .platform(|platform, now| platform.add_user(now, USER, "s3cret", UserOptions::default()))
        .expect("there is room for a user");
    // It lives as long as the process.
    std::mem::forget(front);
    (address, handle)
}

/// hyper without a platform: the request is read, and the answer is always the same.
async fn start_bare(answer: Vec<u8>) -> (SocketAddr, ()) {
    let text = String::from_utf8(answer).expect("answers are text");
    let (head, body) = text.split_once("\r\n\r\n").expect("an answer has a head");
    let body = Bytes::copy_from_slice(body.as_bytes());
    let mut response = http::Response::new(());
    for (name, value) in head.lines().filter_map(|line| line.split_once(": ")) {
        if !matches!(name, "date" | "content-length") {
            let name = http::HeaderName::try_from(name).expect("the name is one");
            response.headers_mut().append(name, value.parse().expect("the value is one"));
        }
    }
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("there is a port");
    let address = listener.local_addr().expect("it is bound");
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.expect("there are files to spare");
            stream.set_nodelay(true).expect("the connection is open");
            let (response, body) = (response.clone(), body.clone());
            let service = service_fn(move |request: http::Request<Incoming>| {
                let response = response.clone().map(|()| Full::new(body.clone()));
                async move {
                    request.into_body().collect().await.expect("the body comes");
                    Ok::<_, Infallible>(response)
                }
            });
            let http = hyper::server::conn::http1::Builder::new();
            tokio::spawn(http.serve_connection(TokioIo::new(stream), service));
        }
    });
    (address, ())
}

/// Logs in and subscribes; gives the bytes of a request that renews the subscription.
fn renewal(server: SocketAddr) -> Vec<u8> {
    let token = subscribe(server);
    format!(
        "PUT {SUBSCRIPTION}/SUB-1?token={token} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n\
         accept: application/json\r\norigin: http://localhost:3000\r\ncontent-length: {}\r\n\r\n{SUBSCRIBE}",
        SUBSCRIBE.len()
    )
    .into_bytes()
}

/// Logs in and subscribes; gives the token.
fn subscribe(server: SocketAddr) -> String {
    let login = answer_to(server, format!("GET {LOGIN} HTTP/1.1\r\nhost: localhost\r\n{BASIC}\r\n").as_bytes());
    let login = String::from_utf8(login).expect("answers are text");
    let body = login.split_once("\r\n\r\n").expect("an answer has a head").1;
    let body: Value = serde_json::from_str(body).expect("the body is JSON");
    let token = body["success"]["access_token"].as_str().expect("the login succeeds").to_owned();
    let head = format!("POST {SUBSCRIPTION}?token={token} HTTP/1.1\r\nhost: localhost\r\n");
    answer_to(server, format!("{head}content-length: {}\r\n\r\n{SUBSCRIBE}", SUBSCRIBE.len()).as_bytes());
    token
}

/// Asks once, over a connection of its own.
fn answer_to(server: SocketAddr, request: &[u8]) -> Vec<u8> {
    let mut stream = BufReader::new(TcpStream::connect(server).expect("the server listens"));
    stream.get_mut().write_all(request).expect("the server reads");
    let mut answer = String::new();
    while !answer.ends_with("\r\n\r\n") {
        assert_ne!(stream.read_line(&mut answer).expect("the server answers"), 0, "an answer has a head");
    }
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    let length = answer.split_once("content-length: ").and_then(|(_, rest)| rest.lines().next());
    let mut body = vec![0; length.and_then(|length| length.parse().ok()).expect("an answer has a length")];
    stream.read_exact(&mut body).expect("the body is whole");
    [answer.into_bytes(), body].concat()
}

/// The lines of an answer in their order, which is not the same, without the one that changes.
fn without_date(answer: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(answer);
    let mut lines: Vec<String> = text.lines().filter(|line| !line.starts_with("date: ")).map(str::to_owned).collect();
    lines.sort();
    lines
}

/// Client and server are two processes, since the files of both are too many for one.
fn idle_websockets() {
    let limit = file_limit().unwrap_or(SOCKETS + OTHER_FILES);
    let count = SOCKETS.min(limit.saturating_sub(OTHER_FILES));
    if count < SOCKETS {
        println!("{SOCKETS} sockets need {} open files, the limit is {limit}: {count} instead", SOCKETS + OTHER_FILES);
    }
    let mut server = IdleServer::start();
    let token = subscribe(server.address);
    let runtime = runtime::Builder::new_current_thread().enable_all().build().expect("there are files to spare");
    let url = format!("ws://localhost/websocket/CH-1?token={token}");
    // What is set up only once does not count as memory of a socket.
    drop(runtime.block_on(open(server.address, &url)));
    let resident = |server: &IdleServer| resident_kib("self").zip(resident_kib(&server.child.id().to_string()));
    let before = resident(&server);
    let started = now();
    let mut sockets = runtime.block_on(async {
        let opening = (0..count).map(|_| open(server.address, &url));
        futures_util::stream::iter(opening).buffer_unordered(AT_ONCE).collect::<Vec<_>>().await
    });
    let took = started.elapsed();
    let after = resident(&server);

    writeln!(server.commands, "send").expect("the server reads");
    let started = now();
    for socket in &mut sockets {
        let heard = runtime.block_on(socket.next()).expect("the socket is open").expect("the socket is open");
        assert_eq!(heard.into_text().expect("it is text"), r#"{"x":1}"#);
    }
    println!("{count} idle websockets, client and server in two processes");
    println!("  opened in {took:.2?}, all have heard a notification in {:.2?}", started.elapsed());
    if let Some(((client, server), (client_after, server_after))) = before.zip(after) {
        let [client, server] = [client_after.saturating_sub(client), server_after.saturating_sub(server)]
            .map(|kib| kib as f64 / count as f64);
        let both = client + server;
        println!("  client {client:.1} KiB, server {server:.1} KiB each");
        println!("  both {both:.1} KiB, aim: {MOST_KIB_PER_SOCKET} at most: {}", verdict(both <= MOST_KIB_PER_SOCKET));
    }
    println!();
}

async fn open(server: SocketAddr, url: &str) -> WebSocketStream<tokio::net::TcpStream> {
    let stream = tokio::net::TcpStream::connect(server).await.expect("the server listens");
    let request = url.into_client_request().expect("it is a URL");
    let config = WebSocketConfig::default().read_buffer_size(4096).write_buffer_size(0);
    client_async_with_config(request, stream, Some(config)).await.expect("the handshake is accepted").0
}

/// This program again, as the server.
struct IdleServer {
    child: Child,
    commands: ChildStdin,
    address: SocketAddr,
}

impl IdleServer {
    fn start() -> Self {
        let program = std::env::current_exe().expect("this program has a path");
        let mut child = Command::new(program)
            .arg(SERVER)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("this program can be started");
        let commands = child.stdin.take().expect("it is piped");
        let mut line = String::new();
        let mut lines = BufReader::new(child.stdout.take().expect("it is piped"));
        lines.read_line(&mut line).expect("it says where it listens");
        Self { child, commands, address: line.trim().parse().expect("it is an address") }
    }
}

impl Drop for IdleServer {
    fn drop(&mut self) {
        self.child.kill().expect("it is ours");
        self.child.wait().expect("it ends");
    }
}

/// Says where it listens, and sends a frame to all for every line that comes.
fn serve_idle() {
    let limits = FrontLimits { connections: 2 * SOCKETS, user_sockets: SOCKETS, ..FrontLimits::default() };
    let (address, handle) = on_a_thread("front", start_front(limits));
    println!("{address}");
    for line in std::io::stdin().lines() {
        line.expect("lines are text");
        handle.platform(|platform, now| platform.send(now, USER, json!({ "x": 1 }))).expect("there is such a user");
    }
}

fn verdict(is_kept: bool) -> &'static str {
    if is_kept { "kept" } else { "missed" }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

#[expect(clippy::disallowed_methods, reason = "real time is what is measured")]
fn now() -> Instant {
    Instant::now()
}

/// How long a thread of this process has run, where the system tells.
fn cpu_of_thread(name: &str) -> Option<Duration> {
    let tasks = fs::read_dir("/proc/self/task").ok()?;
    let mut folders = tasks.filter_map(|task| Some(task.ok()?.path()));
    let is_it = |text: String| text.trim() == name;
    let folder = folders.find(|folder| fs::read_to_string(folder.join("comm")).is_ok_and(is_it))?;
    let nanos = fs::read_to_string(folder.join("schedstat")).ok()?.split_whitespace().next()?.parse().ok()?;
    Some(Duration::from_nanos(nanos))
}

/// How many files this process may have open, where the system tells.
fn file_limit() -> Option<usize> {
    let limits = fs::read_to_string("/proc/self/limits").ok()?;
    let soft = limits.lines().find_map(|line| line.strip_prefix("Max open files"))?.split_whitespace().next()?;
    if soft == "unlimited" { Some(usize::MAX) } else { soft.parse().ok() }
}

/// The memory of a process that is in use, where the system tells.
fn resident_kib(process: &str) -> Option<usize> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    resident.trim().strip_suffix(" kB")?.parse().ok()
}
