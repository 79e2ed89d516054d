// The clients: an SDK, a way to sign in with it, and what the platform sees of that. `subscribes`, `renews` and `leaves` are groups of
// points, and of "closed": one group comes after the other, and what is in a group goes over several connections at once, in no
// order.
//
// `begin`, `isOn` and `end` run in the page, with the SDK and what the test gives to it.
import { createRequire } from "node:module";
import { join } from "node:path";

const require = createRequire(import.meta.url);
const ofNpm = (name) => () => require.resolve(`@kandy-io/${name}/dist/kandy.js`);
const ofFolder = (file) => () => join(process.env.KANDY_SDK_DIR, file);

const ends = (url) => ({ server: url.hostname, port: Number(url.port) });

// A server for REST and one for websockets, as most SDKs are told of them.
const twoServers = (url) => ({
  authentication: {
    subscription: { ...ends(url), protocol: "http", service: ["call", "IM"] },
    websocket: { ...ends(url), protocol: "ws" },
  },
});

// What UC and Link 3 have in common.
const connects = {
  configuration: twoServers,
  begin: (kandy, { user: username, password }) => kandy.connect({ username, password }),
  isOn: (kandy) => kandy.getConnection().isConnected && !kandy.getConnection().isPending,
  end: (kandy) => kandy.disconnect(),
  services: ["IM", "call"],
  endsWhenGone: true,
  renews: [["resubscribe"]],
};

const link = {
  sdk: ofFolder("link-5.2.0.js"),
  version: "5.2.0",
  insistsOnTls: true,
  configuration: (url) => {
    const { server: base, port } = ends(url);
    return { authentication: { server: { base, port, protocol: "https" } }, subscription: { websocket: ends(url) } };
  },
  isOn: (kandy) => {
    const { subscribed, isPending } = kandy.services.getSubscriptions();
    return subscribed.length === 2 && !isPending;
  },
  end: (kandy) => kandy.services.unsubscribe(["call", "IM"]),
  services: ["IM", "call"],
  endsWhenGone: true,
  subscribes: [["subscribe"], ["websocket"]],
  renews: [["resubscribe"]],
  leaves: [["unsubscribe"], ["closed"]],
};

const link3 = {
  ...connects,
  sdk: ofFolder("link3-3.41.1.js"),
  version: "3.41.1",
  subscribes: [["subscribe"], ["websocket"]],
  leaves: [["unsubscribe"], ["closed"]],
};

const uc = {
  ...connects,
  sdk: ofFolder("uc-5.2.0.js"),
  version: "5.2.0",
  subscribes: [["mk_token"], ["subscribe"], ["websocket"]],
  leaves: [["closed", "unsubscribe"]],
};

const callme = {
  sdk: ofNpm("callme-sdk"),
  version: "5.5.0",
  configuration: twoServers,
  begin: (kandy, { user }) => {
    window.call = kandy.call.makeAnonymous(user, {}, { from: "anonymous@example.com", audio: true, video: false });
  },
  isOn: (kandy) => kandy.call.getAll().some(({ state }) => state === "Initiated") && kandy.getConnection().isConnected,
  end: (kandy) => kandy.call.end(window.call),
  services: ["callMe"],
  subscribes: [["subscribe"], ["websocket"], ["callStart"], ["callUpdate"]],
  // The audits of the call go on beside it.
  renews: [["callUpdate", "resubscribe"]],
  leaves: [["callEnd"], ["unsubscribe"], ["closed"]],
};

const cpaas = {
  sdk: ofNpm("cpaas-sdk"),
  version: "4.9.0",
  insistsOnTls: true,
  configuration: (url) => {
    const { server: base, port } = ends(url);
    return { authentication: { server: { base, port, protocol: "https" } } };
  },
  begin: async (kandy, { url, user: username, password }) => {
    const body = new URLSearchParams({ grant_type: "password", client_id: "interop", scope: "openid", username, password });
    const answer = await fetch(`${url}/cpaas/auth/v1/token`, { method: "POST", body });
    const { access_token: accessToken, id_token: idToken } = await answer.json();
    kandy.setTokens({ accessToken, idToken });
    kandy.services.subscribe(["call", "chat", "smsinbound", "presence"], "websocket");
  },
  isOn: (kandy) => {
    const { subscribed, isPending } = kandy.services.getSubscriptions();
    return subscribed.length === 4 && !isPending;
  },
  end: (kandy) => kandy.services.unsubscribe(["call", "chat", "smsinbound", "presence"], "websocket"),
  services: ["call", "chat", "presence", "smsinbound"],
  // It looks for its socket only when it is about to check the connection: after so many seconds.
  noticesAfter: 30,
  subscribes: [
    ["cpaasToken"],
    ["channel"],
    ["websocket"],
    // A list is looked for, and then made.
    ["presenceLists", "presenceLists", "serviceCall", "serviceChat", "servicePresence", "serviceSms", "turn"],
  ],
  // Nothing is ever renewed.
  renews: [],
  leaves: [["serviceEnd", "serviceEnd", "serviceEnd", "serviceEnd"], ["channelEnd", "closed"]],
};

// Runs in the page, too: the credentials are made there of what the test gives.
const linkBy = (credentials) => ({
  ...link,
  begin: `(kandy, given) => {
    kandy.setCredentials((${credentials})(given));
    kandy.services.subscribe(["call", "IM"]);
  }`,
});

export const clients = {
  callme,
  callme_by_tokens: {
    ...callme,
    begin: (kandy, { user }) => {
      const tokens = { accountToken: "account-token", fromToken: "from-token", toToken: "to-token", realm: "example.com" };
      window.call = kandy.call.makeAnonymous(user, tokens, { from: "anonymous@example.com", audio: true, video: false });
    },
    // Whose call it is is known by the realm.
    user: "anonymous@example.com",
  },
  cpaas,
  cpaas_checked_by_the_platform: {
    ...cpaas,
    configuration: (url) => ({ ...cpaas.configuration(url), connectivity: { method: { type: "pingPong", responsibleParty: "server" } } }),
    // Three times the interval that it takes for the platform's until it is told one. It would come anew, too, if it were not
    // checked all that time.
    noticesAfter: 360,
    stays: { seconds: 30, times: 13 },
  },
  link_by_password: linkBy(({ user: username, password }) => ({ username, password })),
  link_by_hmac: linkBy(({ user: username, hmac: hmacToken }) => ({ username, hmacToken })),
  link_by_bearer: linkBy(({ user: username, bearer: bearerAccessToken }) => ({ username, bearerAccessToken })),
  link_by_token: linkBy(({ user: username, bearer: accessToken }) => ({ username, accessToken })),
  link3_by_password: link3,
  link3_by_hmac: { ...link3, begin: (kandy, { user: username, hmac: hmacToken }) => kandy.connect({ username, hmacToken }) },
  uc_by_password: uc,
  uc_by_token: {
    ...uc,
    begin: (kandy, { user: username, bearer: accessToken }) => kandy.connect({ username, accessToken }),
    subscribes: [["subscribe"], ["websocket"]],
  },
};
