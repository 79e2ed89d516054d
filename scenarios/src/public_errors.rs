//! Each public error is one that `?` takes and that a thread may hand to another.

use std::error::Error;

fn is_error<E: Error + Send + Sync + 'static>() {}

#[test]
fn public_errors_are_errors_of_any_thread() {
    is_error::<crate::Error>();
    is_error::<crate::SetupError>();
    is_error::<crate::Failures>();
    is_error::<crate::coverage::NotATransition>();
    is_error::<crate::crosscheck::Divergence>();
    is_error::<crate::diagnostic::Diagnostic>();
    is_error::<crate::explore::AcceptedError>();
    is_error::<crate::explore::ExploreError>();
    is_error::<crate::file::FileError>();
    is_error::<crate::recording::DecodeError>();
    is_error::<crate::recording::RecordingError>();
    is_error::<crate::replay::ReplayDifference>();
    is_error::<crate::report::ReportsError>();
    is_error::<crate::report::WantedError>();
    is_error::<crate::report::merge::MergeError>();
    is_error::<crate::report::merge::ReportReadError>();
    is_error::<crate::run::NoThread>();
    is_error::<crate::run::RunError>();
    is_error::<crate::run::ShardError>();
    is_error::<crate::scenario::FilterError>();
    is_error::<crate::scenario::FindError>();
    is_error::<crate::scenario::ProjectError>();
    is_error::<crate::scenario::ReadError>();
    is_error::<crate::scenario::RowsError>();
    is_error::<crate::schedule::ActError>();
    is_error::<crate::schedule::MomentError>();
    is_error::<crate::schedule::ScheduleError>();
    is_error::<crate::serve::accounts::AccountsFileError>();
    is_error::<crate::serve::accounts::UserError>();
    is_error::<crate::serve::behaviour::BehaviourError>();
    is_error::<crate::serve::control::ControlError>();
    is_error::<crate::serve::limits::SettingError>();
    is_error::<crate::serve::pages::JournalError>();
    is_error::<crate::serve::pages::SdkError>();
    is_error::<crate::serve::server::ServeError>();
    is_error::<crate::serve::tls::TlsError>();
    is_error::<crate::settings::SettingsError>();
    is_error::<crate::snapshot::SnapshotError>();
    is_error::<crate::step::CallError>();
    is_error::<crate::trace::TraceFull>();
    is_error::<crate::world::LiveError>();
    is_error::<crate::world::StepError>();
    is_error::<crate::world::WorldError>();
}
