//! What real sockets cost: one client that connects and disconnects, beside the same calls in virtual time, and a
//! thousand clients of one platform.
//!
//! Clients and platform are in this process, and talk over loopback.

use std::sync::Arc;
use std::time::{Duration, Instant};

use kandy_client::driver::Options;
use kandy_client::{Config, ConnectOptions, Credentials, Kandy};
use kandy_mock_server::{Command, MockKandy};
use kandy_scenarios::step::{ClientCall, Done, Step};
use kandy_scenarios::world::{Sim, WorldTurn};
use serde_json::json;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::timeout;

const USER: &str = "alice@example.com";
const PASSWORD: &str = "s3cret";
/// How often one client connects and disconnects.
const RUNS: usize = 300;
/// How many clients there are at once, if as many files may be open as they need.
const CLIENTS: usize = 1_000;
/// How many notifications go to all of them.
const NOTIFICATIONS: usize = 20;
/// What sockets may add to connecting and disconnecting.
const AIM: Duration = Duration::from_millis(5);
/// How long anything here may take.
const DEADLINE: Duration = Duration::from_secs(60);
/// Both ends of a connection for requests and of a websocket.
const FILES_OF_A_CLIENT: usize = 4;
/// Listeners, runtimes, the terminal, and connections that are just ending.
const OTHER_FILES: usize = 64;
/// The limit of open files where the system does not tell it: the lowest that is usual.
const USUAL_FILE_LIMIT: usize = 256;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if !arguments.iter().any(|argument| argument == "--bench") {
        println!("nothing is measured without --bench, which `cargo bench` gives");
        return;
    }
    let filters: Vec<&String> = arguments.iter().filter(|argument| !argument.starts_with('-')).collect();
    let wanted = |name: &str| filters.is_empty() || filters.iter().any(|filter| name.contains(filter.as_str()));
    let runtime = tokio::runtime::Runtime::new().expect("the system has threads to spare");
    // Many come first: what few leave in the allocator would make their memory look smaller.
    if wanted("many_clients") {
        runtime.block_on(many_clients());
    }
    if wanted("one_client") {
        runtime.block_on(one_client());
    }
}

/// A table of durations.
struct Table {
    rows: Vec<[String; 3]>,
}

impl Table {
    fn new(title: String, columns: [&str; 2]) -> Self {
        Self { rows: vec![[title, columns[0].to_owned(), columns[1].to_owned()]] }
    }

    fn row(&mut self, what: &str, cells: [String; 2]) {
        let [first, second] = cells;
        self.rows.push([format!("  {what}"), first, second]);
    }

    fn print(&self) {
        let width = |column: usize| self.rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
        let [what, first, second] = [0, 1, 2].map(width);
        for row in &self.rows {
            println!("{:what$}  {:>first$}  {:>second$}", row[0], row[1], row[2]);
        }
        println!();
    }
}

async fn one_client() {
    let (platform, config) = start().await;
    let kept = create(&config);
    let [mut machines, mut new, mut same] = [const { Vec::new() }; 3];
    // Taken in turns, so that what else the machine does falls on all alike.
    for _ in 0..RUNS {
        machines.push(clocked(connect_and_disconnect_in_virtual_time));
        let started = now();
        let kandy = create(&config);
        connect_and_disconnect(&kandy).await;
        drop(kandy);
        new.push(started.elapsed());
        let started = now();
        connect_and_disconnect(&kept).await;
        same.push(started.elapsed());
    }
    drop(platform);

    let mut table = Table::new(format!("connect and disconnect, {RUNS} times"), ["median", "p95"]);
    for (what, times) in [
        ("machines, in virtual time", &mut machines),
        ("sockets, a new client each time", &mut new),
        ("sockets, the same client", &mut same),
    ] {
        times.sort_unstable();
        table.row(what, [shown(percentile(times, 50)), shown(percentile(times, 95))]);
    }
    table.print();
    // In virtual time no time passes between the call and its outcome, so that all of it is what sockets cost.
    let worst = percentile(&new, 50);
    let verdict = if worst <= AIM { "kept" } else { "missed" };
    println!("Aim: {} beyond waits of its own, of which there are none: {verdict}.\n", shown(AIM));
}

async fn many_clients() {
    let Some(count) = how_many_clients() else { return };
    let (platform, config) = start().await;
    // What is set up only once does not count as memory of a client.
    connect_and_disconnect(&create(&config)).await;
    let files = count * FILES_OF_A_CLIENT + OTHER_FILES;
    let mut table = Table::new(format!("{count} clients at once, {files} open files"), ["median", "p95"]);
    let once = |time: Duration| [shown(time), String::new()];

    let before = resident_kib();
    let started = now();
    let clients: Vec<Kandy> = (0..count).map(|_| create(&config)).collect();
    table.row("all are created", once(started.elapsed()));

    let started = now();
    clients.iter().for_each(|kandy| kandy.connect(&credentials()));
    each(&clients, "are connected", |kandy| async move { kandy.connected().await.expect("nothing is wrong") }).await;
    table.row("all are connected", once(started.elapsed()));
    assert_eq!(platform.sockets(USER).len(), count);
    let memory = before.zip(resident_kib()).map(|(before, after)| after.saturating_sub(before) / count);

    let mut broadcasts = broadcasts(&platform, &clients).await;
    broadcasts.sort_unstable();
    let cells = [shown(percentile(&broadcasts, 50)), shown(percentile(&broadcasts, 95))];
    table.row("all have heard a notification", cells);

    let started = now();
    clients.iter().for_each(Kandy::disconnect);
    each(&clients, "are disconnected", |kandy| async move { kandy.disconnected().await }).await;
    table.row("all are disconnected", once(started.elapsed()));
    assert!(platform.subscriptions(None).is_empty());
    let memory = memory.map_or("n/a".to_owned(), |kib| format!("{kib} KiB"));
    table.row("memory of a client and its server's end", [memory, String::new()]);
    table.print();
}

/// As many clients as files can be opened for; `None` if there is no point in it.
fn how_many_clients() -> Option<usize> {
    let needed = CLIENTS * FILES_OF_A_CLIENT + OTHER_FILES;
    let (limit, origin) = match file_limit() {
        Some(limit) => (limit, "the limit"),
        None => (USUAL_FILE_LIMIT, "what is usual where the system does not tell"),
    };
    if limit >= needed {
        return Some(CLIENTS);
    }
    let count = limit.saturating_sub(OTHER_FILES) / FILES_OF_A_CLIENT;
    println!("{CLIENTS} clients need {needed} open files, {origin} is {limit}: {count} clients instead (ulimit -n)\n");
    (count > 0).then_some(count)
}

/// How long it takes from a notification until every client has heard it, for each of some.
async fn broadcasts(platform: &MockKandy, clients: &[Kandy]) -> Vec<Duration> {
    let heard = Arc::new(Semaphore::new(0));
    for kandy in clients {
        let heard = Arc::clone(&heard);
        kandy.on("notification:received", move |_, _| heard.add_permits(1));
    }
    let mut times = Vec::with_capacity(NOTIFICATIONS);
    for _ in 0..NOTIFICATIONS {
        let all = u32::try_from(clients.len()).expect("they are few");
        let started = now();
        let sent = platform.send(USER, json!({ "notificationMessage": { "eventType": "presenceWatcher" } }));
        assert_eq!(sent, Ok(clients.len()));
        let waited = timeout(DEADLINE, heard.acquire_many(all)).await;
        times.push(started.elapsed());
        let Ok(permits) = waited else {
            let some = heard.available_permits();
            panic!("{some} of {all} clients have heard a notification within {DEADLINE:?}");
        };
        permits.expect("nobody closes it").forget();
    }
    times
}

/// Waits for something of each client, and says how far that got where it takes too long.
async fn each<F: Future<Output = ()> + Send + 'static>(clients: &[Kandy], what: &str, wait: impl Fn(Kandy) -> F) {
    let mut waits: JoinSet<()> = clients.iter().cloned().map(wait).collect();
    let all = timeout(DEADLINE, async {
        while let Some(waited) = waits.join_next().await {
            waited.expect("waiting does not panic");
        }
    });
    let is_in_time = all.await.is_ok();
    let done = clients.len() - waits.len();
    assert!(is_in_time, "{done} of {} clients {what} within {DEADLINE:?}", clients.len());
}

async fn start() -> (MockKandy, Config) {
    let platform = MockKandy::start().await;
    platform.add_user(USER, PASSWORD).expect("there is room for a user");
    let config = Config::for_server(&platform.host(), platform.rest_port(), platform.ws_port());
    (platform, config)
}

fn create(config: &Config) -> Kandy {
    Kandy::create_with(config.clone(), &Options::default()).expect("there is a runtime")
}

fn credentials() -> Credentials {
    Credentials::password(USER, PASSWORD)
}

async fn connect_and_disconnect(kandy: &Kandy) {
    let both = async {
        kandy.connect(&credentials());
        kandy.connected().await.expect("nothing is wrong");
        kandy.disconnect();
        kandy.disconnected().await;
    };
    assert!(timeout(DEADLINE, both).await.is_ok(), "a client connects and disconnects within {DEADLINE:?}");
}

fn connect_and_disconnect_in_virtual_time() {
    let mut sim = Sim::default();
    let (config, _) = Config::from_json(&Sim::base_config()).expect("the base configuration is one");
    let mut apply = |step| {
        let done = sim.apply(step).expect("the world takes this step");
        while sim.turn(Duration::ZERO).expect("the world goes on") != WorldTurn::Quiet {}
        done
    };
    apply(Step::Command(Command::AddUser {
        user: USER.into(),
        password: PASSWORD.into(),
        options: Default::default(),
    }));
    let created = apply(Step::Create { name: "kandy".into(), config: config.into() });
    let Done::Created(client) = created else { panic!("create makes a client, not {created:?}") };
    apply(Step::Call { client, call: ClientCall::Connect(credentials(), ConnectOptions::default()) });
    apply(Step::Call { client, call: ClientCall::Disconnect });
    let session = sim.session(client);
    assert!(!session.is_connected() && !session.is_pending(), "none of this takes virtual time");
}

fn clocked(run: impl FnOnce()) -> Duration {
    let started = now();
    run();
    started.elapsed()
}

#[expect(clippy::disallowed_methods, reason = "real time is what is measured")]
fn now() -> Instant {
    Instant::now()
}

/// The smallest of these times, which are in their order, that so many percent of them do not exceed.
fn percentile(times: &[Duration], percent: usize) -> Duration {
    times[(times.len() * percent).div_ceil(100) - 1]
}

fn shown(time: Duration) -> String {
    let micros = time.as_micros();
    if micros < 1_000 { format!("{micros} µs") } else { format!("{:.2} ms", time.as_secs_f64() * 1e3) }
}

/// How many files this process may have open, where the system tells.
fn file_limit() -> Option<usize> {
    let limits = std::fs::read_to_string("/proc/self/limits").ok()?;
    let soft = limits.lines().find_map(|line| line.strip_prefix("Max open files"))?.split_whitespace().next()?;
    if soft == "unlimited" { Some(usize::MAX) } else { soft.parse().ok() }
}

/// The memory of this process that is in use, where the system tells.
fn resident_kib() -> Option<usize> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    resident.trim().strip_suffix(" kB")?.parse().ok()
}
