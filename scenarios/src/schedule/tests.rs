use super::*;

#[test]
fn a_schedule_reads_as_it_is_written() {
    for text in [
        "subscribe answer 1: lost",
        "mk_token request 2 of laptop: answered 401 empty",
        "mk_token request 1: answered 200 {}",
        "resubscribe request 3: answered 503 html",
        "handshake 1: answered 401",
        "open 1: late by 5001ms",
        "open 1 of #2: outage 90s",
        "subscribe answer 2: null subscribeResponse.subscriptionParams",
        "mk_token answer 1: without success.expires; mk_token answer 2: retyped success; mk_token answer 3: emptied",
        "unsubscribe answer 1: status 500",
        "ping 7: close 1000",
        "ping 1: close",
        "client close 1: lost",
        "refusal 1: late by 1ms",
        "close 2: disconnect",
        "frame 1: overtaken",
        "frame 1: twice; unsubscribe request 1: fails",
        "unsubscribe request 1: connect; unsubscribe answer 1: destroy; open 1: push {}; open 1: push; open 1: pong",
        "other request 1: gone; other answer 1: endSubscription; open 1: expireToken; open 1: silence; open 1: cut",
    ] {
        let schedule: Schedule = text.parse().unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(schedule.to_string(), text);
    }
    let spaced: Schedule = "  subscribe  answer 1 :  lost ;\n open 1: late by 1m 30s\n".parse().unwrap();
    assert_eq!(spaced.to_string(), "subscribe answer 1: lost; open 1: late by 90s");
    for empty in ["", " ; \n;"] {
        assert_eq!(empty.parse::<Schedule>(), Err(ScheduleError::Empty));
    }
}

#[test]
fn what_is_no_schedule_is_told() {
    for (text, told, help) in [
        ("subscribe answer 1", "`subscribe answer 1` is not a disturbance: it has no colon", "write MOMENT: ACT"),
        (
            "subscribe 1: lost",
            "there is no moment `subscribe 1`: no message has such a name",
            "did you mean `subscribe ",
        ),
        ("subscrbe answer 1: lost", "`subscrbe answer 1`: no message", "did you mean `subscribe answer`?"),
        ("Open 1: lost", "there is no moment `Open 1`: no message has such a name", "did you mean `open`?"),
        ("websocket request 1: lost", "there is no moment `websocket request 1`", ""),
        ("open: lost", "there is no moment `open`: it has no number", "write `open 1` for the first one"),
        ("client close: lost", "there is no moment `client close`: it has no number", "`client close 2` for"),
        ("open 0: lost", "there is no moment `open 0`: they are counted from 1", "the first one is `open 1`"),
        ("open -3: lost", "there is no moment `open -3`: they are counted from 1", ""),
        ("open 99999999999: lost", "they are counted from 1", ""),
        ("open 1 of a b: lost", "there is no moment `open 1 of a b`: no client has such a name", "`create` was given"),
        (": lost", "there is no moment ``: no message has such a name", "the kinds are"),
        ("open 1: burns", "there is no act `burns`", "the acts are lost, fails, "),
        ("open 1: LOST", "there is no act `LOST`", "did you mean `lost`?"),
        ("open 1: outtage 3s", "there is no act `outtage 3s`", "did you mean `outage TIME`?"),
        ("open 1:", "there is no act ``", "the acts are lost"),
        ("open 1: late by soon", "there is no act `late by soon`: it takes a time", "such as 250ms, 5s"),
        ("open 1: late 5s", "there is no act `late 5s`: it takes a time", ""),
        (
            "open 1: late by 30d",
            "`late by 30d`: its time is more than 0 and at most 24h",
            "a time is numbers with units",
        ),
        ("open 1: outage", "there is no act `outage`: it takes a time", ""),
        ("open 1: outage 0s", "there is no act `outage 0s`: its time is more than 0", ""),
        ("open 1: outage 25h", "there is no act `outage 25h`: its time is more than 0 and at most 24h", ""),
        (
            "open 1: close 1006",
            "there is no act `close 1006`: no peer closes with this code",
            "except 1004, 1006 and 1015",
        ),
        ("open 1: close 99999", "there is no act `close 99999`: no peer closes", "from 1000 to 4999"),
        ("subscribe request 1: answered 204 html", "an answer with this status is empty", "`answered 204 empty`"),
        ("subscribe request 1: answered 200", "a success needs a body", "`answered 200 {}`"),
        ("subscribe request 1: answered 503 pdf", "the body is empty, html or {}", "`answered 503 html`"),
        ("subscribe request 1: answered", "a status is a number from 200 to 599", ""),
        ("open 1: answered 401", "`answered 401` cannot happen to `open 1`", "only requests and handshakes are"),
        ("handshake 1: answered 401 html", "cannot happen to", "a page sees no body"),
        ("ping 1: twice", "cannot happen to", "only requests and frames can come twice"),
        ("open 1: emptied", "cannot happen to", "only answers can be changed"),
        ("subscribe answer 1: null a b", "there is no act `null a b`: it takes the name of a field", "success.expires"),
        ("subscribe answer 1: without", "there is no act `without`: it takes the name of a field", ""),
        (
            "subscribe answer 1: status 9999",
            "there is no act `status 9999`: a status is a number from 200",
            "`status 503`",
        ),
        ("ping 1: overtaken", "cannot happen to", "only frames can be overtaken by the next one"),
        ("close 1: fails", "cannot happen to", "its connection is over already"),
    ] {
        let error = text.parse::<Schedule>().unwrap_err();
        assert!(error.to_string().contains(told), "{text}: {error}");
        assert!(error.help().unwrap_or_default().contains(help), "{text}: {:?}", error.help());
        assert!(error.to_string().chars().count() <= 72, "with `error: ` before it, it has a line: {error}");
    }
    let long = format!("open 1: {}\u{1b}", "burns ".repeat(100)).parse::<Schedule>().unwrap_err().to_string();
    assert!(long.starts_with("there is no act `burns burns ") && long.ends_with("…`") && long.len() < 72, "{long}");
    let nine = "open 1: lost;".repeat(9);
    assert_eq!(nine.parse::<Schedule>(), Err(ScheduleError::TooMany));
    assert_eq!(" ".repeat(5000).parse::<Schedule>(), Err(ScheduleError::TooLong));
}
