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
    assert_eq!("".parse::<Schedule>().unwrap(), Schedule::default());
}

#[test]
fn what_is_no_schedule_is_told() {
    for (text, told) in [
        ("subscribe answer 1", "`subscribe answer 1` is no disturbance: write MOMENT: ACT"),
        ("subscribe 1: lost", "there is no moment `subscribe 1`: write KIND NUMBER, such as"),
        ("websocket request 1: lost", "there is no moment `websocket request 1`"),
        ("open 0: lost", "there is no moment `open 0`"),
        ("open 1 of a b: lost", "there is no moment `open 1 of a b`"),
        ("open 1: burns", "there is no act `burns`: the acts are lost, fails, "),
        ("open 1: late by soon", "there is no act `late by soon`"),
        ("open 1: outage 0s", "there is no act `outage 0s`"),
        ("open 1: outage 25h", "there is no act `outage 25h`"),
        ("open 1: close 1006", "there is no act `close 1006`"),
        ("subscribe request 1: answered 204 html", "there is no act `answered 204 html`"),
        ("subscribe request 1: answered 200", "there is no act `answered 200`"),
        ("open 1: answered 401", "`answered 401` cannot happen to `open 1`: only requests and handshakes"),
        ("handshake 1: answered 401 html", "a page sees no body"),
        ("ping 1: twice", "only requests and frames can come twice"),
        ("open 1: emptied", "only answers can be changed"),
        ("subscribe answer 1: null a b", "there is no act `null a b`"),
        ("subscribe answer 1: status 100", "there is no act `status 100`"),
        ("ping 1: overtaken", "only frames can be overtaken by the next one"),
        ("close 1: fails", "its connection is over already"),
    ] {
        let error = text.parse::<Schedule>().unwrap_err().to_string();
        assert!(error.contains(told), "{text}: {error}");
    }
    let nine = "open 1: lost;".repeat(9);
    assert_eq!(nine.parse::<Schedule>(), Err(ScheduleError::TooMany));
    assert_eq!(" ".repeat(5000).parse::<Schedule>(), Err(ScheduleError::TooLong));
}
