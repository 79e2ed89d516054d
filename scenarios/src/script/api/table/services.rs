//! What a client of Link 4 and 5 has in `services`.

use super::{ApiRow, Given, Of, row};

pub(super) static ROWS: &[ApiRow] = &[
    row(
        Of::Services,
        "subscribe",
        &[
            needs!("services", "a list of services, of Link 4 and 5 only", "[services]"),
            may!("options", "#{ forceLogOut, clientCorrelator }"),
        ],
        "subscribes to them, or to them as well; events tell what comes of it",
        "",
        "let kandy = create(#{}, #{ dialect: \"link\" });\n\
         kandy.setCredentials(credentials);\n\
         kandy.services.subscribe([\"call\", \"IM\"]);",
    ),
    row(
        Of::Services,
        "unsubscribe",
        &[needs!("services", "a list of services", "[services]")],
        "ends the subscription to them; events tell what comes of it",
        "",
        "let kandy = create(#{}, #{ dialect: \"link\" });\n\
         kandy.setCredentials(credentials);\n\
         kandy.services.subscribe([\"call\"]);\n\
         waitUntil(|| kandy.services.getSubscriptions().subscribed == [\"call\"]);\n\
         kandy.services.unsubscribe([\"call\"]);",
    ),
    row(
        Of::Services,
        "resubscribe",
        &[],
        "has no effect, as in Kandy.js",
        "",
        "create(#{}, #{ dialect: \"link\" }).services.resubscribe();",
    ),
    row(
        Of::Services,
        "getSubscriptions",
        &[],
        "what is subscribed to",
        "#{ subscribed, available, isPending }",
        "let kandy = create(#{}, #{ dialect: \"link\" });\n\
         assertEq(kandy.services.getSubscriptions().subscribed, []);",
    ),
];
