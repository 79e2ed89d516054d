//! A line for each request, for whoever watches a terminal.

use std::fmt::Write as _;

use kandy_mock_server::{Answered, Record, Time};

/// The line of a record; `None` for what is neither a request nor a handshake. Secrets are masked in it, as in every record.
pub(super) fn line(record: &Record) -> Option<String> {
    let request = record.request()?;
    let answered = match request.answered {
        Answered::Status(status) => status.to_string(),
        Answered::Hang => "hang".to_owned(),
        Answered::Reset => "reset".to_owned(),
        Answered::Refused => "refused".to_owned(),
    };
    let mut line = format!("{}  {answered:<7}  {:<6} {}", time(record.time), request.method.as_str(), request.path());
    for (number, (name, value)) in request.query().enumerate() {
        let _ = write!(line, "{}{name}={value}", if number == 0 { '?' } else { '&' });
    }
    if let Some(user) = &record.user {
        let _ = write!(line, "  {user}");
    }
    if let Some(fault) = request.fault {
        let _ = write!(line, "  by fault {}", fault.number());
    }
    Some(line)
}

/// In a column of its own for the first hours.
fn time(time: Time) -> String {
    format!("{:>9}", time.to_string())
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::Request;
    use kandy_mock_server::{Fault, Platform, Point, UserOptions};

    use super::*;

    #[test]
    fn a_line_says_what_came_and_what_became_of_it_but_no_secret() {
        let mut platform = Platform::new();
        platform.add_user(Time::ZERO, "alice", "s3cret", UserOptions::default()).unwrap();
        platform.fail(Time::ZERO, Point::Other, vec![Fault::hang()]).unwrap();
        let mut ask = |path: &str| {
            let request = Request::get(path).header("authorization", "basic YWxpY2U6czNjcmV0").body(Bytes::new());
            platform.handle_request(Time::from_millis(1_250), &request.unwrap());
            line(platform.journal().iter().last().unwrap())
        };
        let login = "    1.250  200      GET    /v2.0/auth/mk_token?refresh=y  alice";
        assert_eq!(ask("/v2.0/auth/mk_token?refresh=y").as_deref(), Some(login));
        let other = "    1.250  hang     GET    /x?token=***  by fault 1";
        assert_eq!(ask("/x?token=s3cret").as_deref(), Some(other));
        platform.clear(Time::ZERO, None);
        assert_eq!(line(platform.journal().iter().last().unwrap()), None, "a command is not a request");
    }
}
