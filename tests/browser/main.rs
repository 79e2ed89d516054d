//! The pages in a real browser: Chromium, driven by Playwright, before `kandy-harness serve`, and reports of the command.
//!
//! Each test has a server of its own, which is this program again, and is a function of the scripts beside this. Where
//! Node, Chromium or a package is missing, the tests are skipped, each with the reason. With `KANDY_BROWSER=required`
//! they fail instead: so `.ci/run` has it.

use std::env;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::OnceLock;

use kandy_tests::ForeignSuite;
use libtest_mimic::Failed;

const SUITE: ForeignSuite =
    ForeignSuite { name: "browser", requirement: "KANDY_BROWSER", as_command: "KANDY_BROWSER_SERVE" };

const MISSING: &str = "it needs Node 18 or later, Chromium, and: npm ci --prefix tests/browser";

/// The tests, by the names of their functions, and what `serve` is told beside what all have.
const TESTS: &[(&str, &[&str])] = &[
    ("a_session_is_seen_cut_and_seen_again", &[]),
    ("a_reset_begins_the_console_again", &[]),
    ("every_button_acts", &[]),
    ("faults_are_added_at_every_point_and_cleared", &[]),
    ("a_manual_clock_is_advanced", &["--clock", "manual"]),
    ("the_timeline_is_filtered_paused_and_looked_into", &[]),
    ("thirty_users_have_lanes_that_scroll_and_a_filter_that_reaches_them", &[]),
    ("requests_of_users_are_not_in_the_lane_of_the_platform", &[]),
    ("a_range_is_picked_on_the_chart", &["--clock", "manual"]),
    ("eight_tabs_at_once_work", &[]),
    ("without_shared_workers_a_page_has_a_feed_of_its_own", &[]),
    ("a_clock_that_is_moved_elsewhere_goes_on", &["--clock", "manual"]),
    ("a_session_is_copied_as_a_scenario_that_passes", &[]),
    ("a_session_with_a_manual_clock_is_copied_as_a_scenario", &["--clock", "manual"]),
    ("a_session_is_copied_as_a_test", &[]),
    ("what_happened_is_kept_in_every_form", &[]),
    ("the_server_gives_the_same_transcript_and_archive", &["--clock", "manual"]),
    ("the_console_tells_why_and_when", &["--clock", "manual"]),
    ("what_is_kept_is_copied_saved_and_of_what_is_shown", &[]),
    ("a_saved_journal_opens_to_be_looked_at", &[]),
    ("faults_lead_to_their_commands", &[]),
    ("a_feed_that_breaks_comes_back", &[]),
    ("a_server_that_was_started_again_asks_for_its_token", &[]),
    ("login_and_logout", &[]),
    ("the_first_click_signs_in", &[]),
    ("a_wrong_password_and_then_the_right_one", &[]),
    ("a_refused_subscription", &[]),
    ("a_drop_is_mended_and_an_end_is_told", &[]),
    ("over_tls", &["--tls"]),
    ("with_an_sdk_of_ones_own", &["--sdk", "sdk.js"]),
    ("hostile_texts_stay_texts", &[]),
    ("what_turns_or_hides_text_is_shown", &[]),
    ("no_password_of_a_body_is_shown", &[]),
    ("a_page_of_another_origin_signs_in", &[]),
    ("a_page_of_another_origin_cannot_act", &[]),
    ("both_pages_are_accessible", &[]),
    ("the_focus_is_seen_wherever_it_goes", &[]),
    ("a_hundred_thousand_records_stay_responsive", &[]),
    ("the_length_of_what_is_kept_is_bounded", &[]),
    ("a_report_opens_at_what_went_worst", &[]),
    ("a_failed_check_is_shown_with_what_led_to_it", &[]),
    ("a_difference_stands_side_by_side", &[]),
    ("what_is_unlike_in_live_is_shown_against_sim", &[]),
    ("records_are_looked_into_by_mouse_and_keys", &[]),
    ("scenarios_are_filtered_and_put_in_order", &[]),
    ("a_small_screen_shows_one_thing_at_a_time", &[]),
    ("hostile_texts_stay_texts_in_a_report", &[]),
    ("a_report_runs_no_other_code_and_loads_nothing", &[]),
    ("a_report_is_accessible", &[]),
    ("a_report_is_printed_whole", &[]),
    ("a_thousand_scenarios_are_usable", &[]),
    ("a_hundred_thousand_records_are_bounded", &[]),
    ("a_run_of_the_matrix_stands_beside_the_undisturbed_one", &[]),
    ("the_matrix_is_walked_by_keys", &[]),
    ("findings_and_pairs_lead_to_their_runs", &[]),
    ("the_states_of_its_clients_are_drawn_as_wide_as_there_is_room", &[]),
    ("a_matrix_is_accessible_in_light_and_dark", &[]),
];

fn main() -> ExitCode {
    SUITE.run(|| {
        let here = SUITE.trial("every_test_is_here", is_equipped, MISSING, every_test_is_here);
        let tests = TESTS.iter().map(|(name, options)| SUITE.trial(name, is_equipped, MISSING, || run(name, options)));
        [here].into_iter().chain(tests).collect()
    })
}

/// Whether there is all that the scripts need, tried once.
fn is_equipped() -> bool {
    static EQUIPPED: OnceLock<bool> = OnceLock::new();
    *EQUIPPED.get_or_init(|| {
        let check = "import 'axe-core'; import { program } from './chromium.mjs'; if (!program) process.exit(1);";
        let mut node = node();
        node.args(["--input-type=module", "--eval", check]).stdout(Stdio::null()).stderr(Stdio::null());
        node.status().is_ok_and(|status| status.success())
    })
}

fn every_test_is_here() -> Result<(), Failed> {
    let list = node().args(["run.mjs", "--list"]).output()?;
    let list = String::from_utf8(list.stdout)?;
    let mut of_scripts: Vec<&str> = list.lines().collect();
    let mut here: Vec<&str> = TESTS.iter().map(|(name, _)| *name).collect();
    of_scripts.sort_unstable();
    here.sort_unstable();
    if of_scripts == here { Ok(()) } else { Err(format!("the scripts have {of_scripts:?}, and TESTS {here:?}").into()) }
}

fn run(name: &str, options: &[&str]) -> Result<(), Failed> {
    let server = Server::start(name, options)?;
    let mut node = node();
    // A test may need a server of its own beside it.
    node.env("KANDY_SERVER", &server.line).env("KANDY_PROGRAM", env::current_exe()?).env(SUITE.as_command, "1");
    let ended = node.args(["run.mjs", name]).output()?;
    let (out, err) = (String::from_utf8_lossy(&ended.stdout), String::from_utf8_lossy(&ended.stderr));
    print!("{out}");
    if ended.status.success() { Ok(()) } else { Err(format!("{}\n{out}{err}", ended.status).into()) }
}

/// A server of one test. It ends with this.
struct Server {
    child: Child,
    state: PathBuf,
    /// What it says of itself.
    line: String,
}

impl Server {
    fn start(name: &str, options: &[&str]) -> Result<Self, Failed> {
        let state = env::temp_dir().join(format!("kandy-browser-{}-{name}", std::process::id()));
        let mut command = Command::new(env::current_exe()?);
        command.current_dir(folder()).env(SUITE.as_command, "1").stdout(Stdio::piped());
        command.args(["serve", "--port", "0", "--json", "--user", "alice@example.com:s3cret"]).args(options);
        if options.contains(&"--tls") {
            command.arg("--state").arg(&state);
        }
        let mut child = command.spawn()?;
        let stdout = child.stdout.take().ok_or("the server has no stdout")?;
        let mut server = Self { child, state, line: String::new() };
        BufReader::new(stdout).read_line(&mut server.line)?;
        Ok(server)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself, and most tests leave nothing behind.
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.state);
    }
}

fn node() -> Command {
    let mut node = Command::new("node");
    // With this variable set, Node's `fetch` would go through the proxy of the environment, even to loopback. The
    // certificates of these servers are known to nobody.
    node.current_dir(folder())
        .env_remove("NODE_USE_ENV_PROXY")
        .env("NODE_TLS_REJECT_UNAUTHORIZED", "0")
        .stdin(Stdio::null());
    node
}

/// Where the scripts are.
fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("browser")
}
