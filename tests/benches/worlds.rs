//! What a run costs: connect and disconnect, and a day of virtual time, each with and without a script.
//!
//! `machines_*` drives the world by steps from Rust, so that the cost of the two machines, the link and the transcript is
//! seen beside that of Rhai.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::Duration;

use divan::Bencher;
use divan::counter::ItemsCount;
use kandy_client::{Config, ConnectOptions, Credentials};
use kandy_mock_server::Command;
use kandy_scenarios::cli::{self, CliOutput, Environment};
use kandy_scenarios::script::{Host, Limits, Script, Source, Verdict};
use kandy_scenarios::step::{ClientCall, ClientId, Done, Step};
use kandy_scenarios::world::{Sim, WorldTurn};

const USER: &str = "alice@example.com";
const PASSWORD: &str = "s3cret";
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

const CONNECT_DISCONNECT: &str = r#"
platform.addUser("alice@example.com", "s3cret");
let kandy = create();
kandy.connect(#{ username: "alice@example.com", password: "s3cret" });
waitUntil(|| kandy.getConnection().isConnected);
kandy.disconnect();
waitUntil(|| !kandy.getConnection().isConnected);
"#;

const A_DAY: &str = r#"
platform.addUser("alice@example.com", "s3cret");
let kandy = create();
kandy.connect(#{ username: "alice@example.com", password: "s3cret" });
waitUntil(|| kandy.getConnection().isConnected);
advance("24h");
assert(kandy.getConnection().isConnected);
"#;

fn main() {
    divan::main();
}

#[divan::bench(sample_size = 50)]
fn machines_connect_disconnect(bencher: Bencher<'_, '_>) {
    bencher.counter(ItemsCount::new(1u32)).bench(|| {
        let (mut sim, client) = connected();
        apply(&mut sim, Step::Call { client, call: ClientCall::Disconnect });
        run_to(&mut sim, Duration::ZERO);
        assert!(!sim.session(client).is_connected());
        sim
    });
}

#[divan::bench(sample_size = 50)]
fn script_connect_disconnect(bencher: Bencher<'_, '_>) {
    let host = Host::new();
    let script = compile(&host, CONNECT_DISCONNECT);
    bencher.counter(ItemsCount::new(1u32)).bench_local(|| passes(&host, &script));
}

#[divan::bench]
fn machines_day(bencher: Bencher<'_, '_>) {
    bencher.bench(|| {
        let (mut sim, client) = connected();
        run_to(&mut sim, DAY);
        assert!(sim.session(client).is_connected());
        sim.trace().to_string()
    });
}

#[divan::bench]
fn script_day(bencher: Bencher<'_, '_>) {
    let host = Host::new();
    let script = compile(&host, A_DAY);
    bencher.bench_local(|| passes(&host, &script));
}

/// All bundled scenarios on one core, snapshots compared: the aim is below a second.
#[divan::bench(sample_count = 20)]
fn bundled_scenarios(bencher: Bencher<'_, '_>) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("this package is a folder of the repository");
    let environment = Environment {
        folder: root.to_owned(),
        jobs: NonZeroUsize::MIN,
        ci: false,
        leave_pending: false,
        interactive: false,
        redraws: false,
        signals: false,
        github: Default::default(),
    };
    bencher.bench_local(|| {
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let (mut out, mut err) = (CliOutput::plain(&mut out), CliOutput::plain(&mut err));
        let exit = cli::main(["kandy-harness", "run"], &environment, &mut out, &mut err);
        assert_eq!(exit.code(), 0);
    });
}

fn connected() -> (Sim, ClientId) {
    let mut sim = Sim::default();
    let (config, _) = Config::from_json(&Sim::base_config()).expect("the base configuration is one");
    apply(
        &mut sim,
        Step::Command(Command::AddUser { user: USER.into(), password: PASSWORD.into(), options: Default::default() }),
    );
    let created = apply(&mut sim, Step::Create { name: "kandy".into(), config: config.into() });
    let Done::Created(client) = created else { panic!("create makes a client, not {created:?}") };
    let connect = ClientCall::Connect(Credentials::password(USER, PASSWORD), ConnectOptions::default());
    apply(&mut sim, Step::Call { client, call: connect });
    run_to(&mut sim, Duration::ZERO);
    assert!(sim.session(client).is_connected());
    (sim, client)
}

fn apply(sim: &mut Sim, step: Step) -> Done {
    sim.apply(step).expect("the world takes this step")
}

fn run_to(sim: &mut Sim, time: Duration) {
    while sim.turn(time).expect("the world goes on") != WorldTurn::Quiet {}
}

fn compile(host: &Host, text: &str) -> Script {
    let source = Source {
        path: PathBuf::from("bench.rhai"),
        shown: "bench.rhai".to_owned(),
        root: PathBuf::from("."),
        text: text.to_owned(),
    };
    host.compile(&source).unwrap_or_else(|error| panic!("{error}"))
}

fn passes(host: &Host, script: &Script) -> String {
    let outcome = host.run(script, &Limits::default());
    assert!(matches!(outcome.verdict, Verdict::Passed), "{:?}", outcome.verdict);
    outcome.trace.to_string()
}
