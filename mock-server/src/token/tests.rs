use super::*;

const HOUR: Duration = Duration::from_secs(3600);

fn at(seconds: u64) -> Time {
    Time::from_millis(seconds * 1000)
}

#[test]
fn the_first_access_token_lives_as_long_as_the_grant_is_refreshed() {
    let mut grants = Grants::default();
    let alice: Arc<str> = "alice".into();
    grants.log_in(at(0), &alice, HOUR, true).unwrap();

    let pair = grants.refresh(at(3300), "AT-1", HOUR).unwrap();
    assert_eq!((&*pair.access, pair.refresh.as_deref()), ("AT-2", Some("RT-2")));
    assert_eq!(grants.spoken_for(at(6899), "AT-1"), Some(&alice));
    assert_eq!(grants.spoken_for(at(6899), "AT-2"), Some(&alice));
    assert_eq!(grants.spoken_for(at(6900), "AT-1"), None);
    assert!(grants.refresh(at(6900), "AT-1", HOUR).is_none());
    assert!(grants.refresh(at(6900), "RT-1", HOUR).is_some());
}

#[test]
fn a_refresh_token_is_no_access_token() {
    let mut grants = Grants::default();
    grants.log_in(at(0), &"alice".into(), HOUR, true).unwrap();
    assert_eq!(grants.spoken_for(at(0), "RT-1"), None);
}

#[test]
fn a_long_session_forgets_the_tokens_between_the_first_and_the_newest() {
    let mut grants = Grants::default();
    grants.log_in(at(0), &"alice".into(), HOUR, true).unwrap();
    for turn in 0..100 {
        assert!(grants.refresh(at(turn), "AT-1", HOUR).is_some());
    }
    assert_eq!(grants.tokens.len(), 2 + Limits::TOKENS_PER_GRANT);
    assert!(grants.spoken_for(at(100), "AT-1").is_some());
    assert!(grants.spoken_for(at(100), "AT-2").is_none());
    assert!(grants.spoken_for(at(100), "AT-101").is_some());
}

#[test]
fn a_long_session_that_began_with_a_refresh_token_keeps_its_access_token() {
    let mut grants = Grants::default();
    grants.log_in(at(0), &"alice".into(), HOUR, true).unwrap();
    assert_eq!(&*grants.refresh(at(0), "RT-1", HOUR).unwrap().access, "AT-2");
    for turn in 0..100 {
        assert!(grants.refresh(at(turn), "AT-2", HOUR).is_some());
    }
    assert_eq!(grants.tokens.len(), 2 + Limits::TOKENS_PER_GRANT);
    assert!(grants.spoken_for(at(100), "AT-2").is_some());
    assert!(grants.spoken_for(at(100), "AT-3").is_none());
}

#[test]
fn given_texts_do_not_count_and_are_not_given_twice() {
    let mut grants = Grants::default();
    let alice: Arc<str> = "alice".into();
    let given = TokenOptions {
        access_token: Some("AT-user".to_owned()),
        refresh_token: Some("RT-user".to_owned()),
        oauth_token: Some("OA-user".to_owned()),
        lifetime: None,
    };
    grants.issue(at(0), &alice, HOUR, &given).unwrap();
    assert_eq!(grants.issue(at(0), &alice, HOUR, &given), Err(PlatformError::TokenExists { key: "accessToken" }));
    let ahead = TokenOptions { access_token: Some("AT-2".to_owned()), ..TokenOptions::default() };
    assert_eq!(grants.issue(at(0), &alice, HOUR, &ahead).unwrap().oauth_token, "OA-1");
    assert_eq!(&*grants.log_in(at(0), &alice, HOUR, true).unwrap().access, "AT-3");
}

#[test]
fn a_given_text_is_not_that_of_the_fresh_token_beside_it() {
    let mut grants = Grants::default();
    let options = TokenOptions { access_token: Some("RT-1".to_owned()), ..TokenOptions::default() };
    let issued = grants.issue(at(0), &"alice".into(), HOUR, &options).unwrap();
    assert_eq!((&*issued.access_token, &*issued.refresh_token), ("RT-1", "RT-2"));
    assert!(grants.spoken_for(at(0), "RT-1").is_some() && grants.refreshable(at(0), "RT-2").is_some());
    let options = TokenOptions { access_token: Some("AT-3".to_owned()), ..TokenOptions::default() };
    assert_eq!(grants.issue(at(0), &"alice".into(), HOUR, &options).unwrap().refresh_token, "RT-3");
}

#[test]
fn a_given_text_has_a_length() {
    let mut grants = Grants::default();
    let token = Some("x".repeat(Limits::TEXT_BYTES + 1));
    let long = TokenOptions { oauth_token: token, ..TokenOptions::default() };
    let too_long = PlatformError::TextTooLong { what: "token", bytes: 4097, limit: 4096 };
    assert_eq!(grants.issue(at(0), &"alice".into(), HOUR, &long), Err(too_long));
}

#[test]
fn given_texts_have_a_limit_in_bytes_together() {
    let mut grants = Grants::new(Limits::GRANTS);
    let alice: Arc<str> = "alice".into();
    let mut issue = |now, number: usize| {
        let token = Some(format!("{number:08}{}", "x".repeat(Limits::TEXT_BYTES - 8)));
        let options = TokenOptions { access_token: token, ..TokenOptions::default() };
        grants.issue(now, &alice, HOUR, &options)
    };
    let most = Limits::GIVEN_TOKEN_BYTES / Limits::TEXT_BYTES;
    for number in 0..most {
        issue(at(0), number).unwrap();
    }
    let full = PlatformError::Full { what: "bytes of given tokens", limit: Limits::GIVEN_TOKEN_BYTES };
    assert_eq!(issue(at(0), most), Err(full));
    issue(Time::from_duration(REFRESH_LIFETIME), most).unwrap();
    assert_eq!((grants.grants.len(), grants.given_bytes), (1, Limits::TEXT_BYTES));
    grants.revoke("alice");
    assert_eq!(grants.given_bytes, 0);
}

#[test]
fn debug_forms_show_the_platforms_own_tokens_only() {
    let mut grants = Grants::default();
    let options = TokenOptions { oauth_token: Some("s3cret".to_owned()), ..TokenOptions::default() };
    let issued = grants.issue(at(0), &"alice".into(), HOUR, &options).unwrap();
    assert_eq!(
        format!("{issued:?}"),
        "IssuedTokens { access_token: AT-1, refresh_token: RT-1, oauth_token: ***, expires: 3600s }"
    );
    assert_eq!(
        format!("{options:?}"),
        "TokenOptions { access_token: None, refresh_token: None, oauth_token: Some(***), lifetime: None }"
    );
    assert_eq!(format!("{grants:?}"), "Grants { grants: 1, tokens: 3 }");
    assert_eq!(format!("{:?} {:?}", Masked("AT-1x"), Masked("AT1")), "*** ***");
}

#[test]
fn revoked_tokens_are_good_for_nothing() {
    let mut grants = Grants::default();
    grants.log_in(at(0), &"alice".into(), HOUR, true).unwrap();
    grants.log_in(at(0), &"bob".into(), HOUR, true).unwrap();
    grants.revoke("alice");
    assert!(grants.spoken_for(at(0), "AT-1").is_none());
    assert!(grants.refreshable(at(0), "RT-1").is_none());
    assert!(grants.spoken_for(at(0), "AT-2").is_some());
}

#[test]
fn a_full_user_loses_the_grants_that_are_over_and_then_those_that_are_not_used() {
    let mut grants = Grants::new(3);
    let alice: Arc<str> = "alice".into();
    grants.log_in(at(0), &"bob".into(), HOUR, true).unwrap();
    for lifetime in [100 * HOUR, HOUR, HOUR] {
        grants.log_in(at(0), &alice, lifetime, true).unwrap();
    }
    grants.refresh(at(3000), "RT-4", HOUR).unwrap();
    let a_day_later = Time::from_duration(REFRESH_LIFETIME);
    grants.log_in(a_day_later, &alice, HOUR, true).unwrap();
    assert!(!grants.has("AT-3") && !grants.has("RT-3"), "it is over; the next one was prolonged");
    assert!(grants.has("RT-4") && grants.has("AT-5"));

    let now = a_day_later + Duration::from_secs(1);
    assert!(grants.spoken_for(now, "AT-2").is_some());
    let options = TokenOptions { access_token: Some("given".into()), ..TokenOptions::default() };
    grants.issue(now, &alice, HOUR, &options).unwrap();
    assert!(!grants.has("RT-4"), "it was used before the others");
    grants.log_in(now, &alice, HOUR, true).unwrap();
    assert!(!grants.has("AT-6") && grants.has("AT-2"), "none but those of the last three");
    (0..3).for_each(|_| drop(grants.log_in(now, &alice, HOUR, true)));
    assert!(!grants.has("given") && grants.given_bytes == 0);
    assert!(grants.has("AT-1"), "nobody else loses anything");
}

#[test]
fn a_grant_that_a_refresh_has_shortened_is_over_when_its_tokens_are() {
    let mut grants = Grants::new(2);
    let alice: Arc<str> = "alice".into();
    (0..2).for_each(|_| drop(grants.log_in(at(0), &alice, 100 * HOUR, true)));
    grants.refresh(at(3000), "AT-1", HOUR).unwrap();
    let now = at(3000) + REFRESH_LIFETIME;
    assert!(grants.spoken_for(now, "AT-1").is_none() && grants.refreshable(now, "RT-1").is_none());
    grants.log_in(now, &alice, HOUR, true).unwrap();
    assert!(!grants.has("AT-1") && grants.spoken_for(now, "AT-2").is_some());
}

#[test]
fn a_grant_without_a_refresh_token_is_over_with_its_access_token() {
    let mut grants = Grants::new(2);
    let alice: Arc<str> = "alice".into();
    grants.log_in(at(0), &alice, 2 * HOUR, true).unwrap();
    grants.log_in(at(1), &alice, HOUR, false).unwrap();
    let now = at(3601);
    assert!(grants.spoken_for(now, "AT-2").is_none() && grants.refreshable(now, "AT-2").is_none());
    grants.log_in(now, &alice, HOUR, false).unwrap();
    assert!(!grants.has("AT-2") && grants.spoken_for(now, "AT-1").is_some());
    grants.refresh(now, "AT-3", HOUR).unwrap();
    grants.log_in(at(7201), &alice, HOUR, true).unwrap();
    assert!(!grants.has("AT-1") && grants.has("RT-4"), "it has a refresh token now");
}
