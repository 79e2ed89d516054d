//! Calls with values that are surely a mistake.

use super::*;

#[test]
fn a_mistake_is_an_error_unless_javascript_is_asked_for() {
    let error = failure(r#"let kandy = create(); kandy.connect(#{ username: 5, password: true });"#).to_string();
    assert!(error.contains("`username` of the credentials is an integer 5, not a string"), "{error}");
    passes(
        r#"platform.addUser("5", "true");
        let how = #{ asInJavaScript: true };
        let kandy = create(#{ connectivity: #{ reconnectDelay: () }, call: 5 }, "kandy", how);
        kandy.connect(#{ username: 5, password: true }, (), how);
        waitUntil(|| kandy.getConnection().isConnected);
        assertEq(kandy.getUserInfo().username, 5);
        kandy.updateToken(#{ accessToken: [1, ()] }, how);
        assertEq(kandy.getUserInfo().accessToken, [1, ()]);
        kandy.notification.enableWebsocket("false", how);
        kandy.connection.enableConnectivityChecking((), how);
        kandy.updateConfig(#{ connectivity: () }, how);
        assertEq(kandy.getConfig().connectivity, ());
        let other = create((), (), how);
        assert(!other.getConnection().isConnected);"#,
    );
}

#[test]
fn what_a_call_throws_can_be_caught() {
    passes(
        r#"let kandy = create();
        let thrown = "";
        try { kandy.updateConfig((), #{ asInJavaScript: true }); } catch (error) { thrown = error.message; }
        assertEq(thrown, "Cannot read properties of undefined (reading 'call')");
        try { create(#{ authentication: #{ subscription: () } }, (), #{ asInJavaScript: true }); }
        catch (error) { thrown = error.message; }
        assertEq(thrown, "Cannot read properties of null (reading 'server')");"#,
    );
}

#[test]
fn the_words_behind_the_arguments_are_judged() {
    for (how, says) in [
        ("#{ asInJavascript: true }", "did you mean `asInJavaScript`?"),
        ("#{ asInJavaScript: false }", "the arguments are judged unless `asInJavaScript` is true"),
        ("#{}", "the arguments are judged unless `asInJavaScript` is true"),
    ] {
        let error = failure(&format!("create().updateConfig(#{{}}, {how});")).to_string();
        assert!(error.contains(says), "{error}");
    }
}

#[test]
fn words_that_stand_too_early_or_too_late_are_told_their_place() {
    let words = "#{ asInJavaScript: true }";
    for (call, place) in [
        (format!("create(5, {words})"), 3),
        (format!("create(#{{}}, {words})"), 3),
        (format!("create().connect(5, {words})"), 3),
        (format!("create().updateToken(5, (), {words})"), 2),
    ] {
        let told = format!("`how` is argument {place}, behind all others: `()` stands for one that is left out");
        let error = failure(&format!("{call};"));
        assert!(error.notes.contains(&told), "{error}");
    }
    assert!(!failure("create(5);").to_string().contains("`how` is"));
}

#[test]
fn an_analysis_takes_what_a_run_takes() {
    let script =
        r#"create().connect(#{ username: 5, password: "x" }, #{ forceLogOut: "yes" }, #{ asInJavaScript: true });"#;
    passes(script);
    failure(r#"create().connect(#{ username: 5, password: "x" }, #{ forceLogOut: "yes" });"#);
}
