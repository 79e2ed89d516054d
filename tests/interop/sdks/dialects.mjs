// What the SDKs differ in: where they are, how they are driven, and what the platform sees of that. `subscribes`, `renews` and
// `leaves` are groups of points, and of "closed": one group comes after the other, and what is in a group goes over several
// connections at once, in no order.
//
// `begin`, `isOn` and `end` run in the page, with the SDK and what the test gives to it.
import { createRequire } from "node:module";
import { join } from "node:path";

const require = createRequire(import.meta.url);
const ofNpm = (name) => () => require.resolve(`@kandy-io/${name}/dist/kandy.js`);
const ofFolder = (file) => () => join(process.env.KANDY_SDK_DIR, file);

const ends = (url) => ({ server: url.hostname, port: Number(url.port) });

// A REST server and a websocket server, as most SDKs are told of them.
const two = (url) => ({
  authentication: {
    subscription: { ...ends(url), protocol: "http", service: ["call", "IM"] },
    websocket: { ...ends(url), protocol: "ws" },
  },
});

const connects = {
  configuration: two,
  begin: (kandy, { user: username, password }) => kandy.connect({ username, password }),
  isOn: (kandy) => kandy.getConnection().isConnected && !kandy.getConnection().isPending,
  end: (kandy) => kandy.disconnect(),
  services: ["IM", "call"],
  renews: [["resubscribe"]],
};

export const dialects = {
  callme: {
    sdk: ofNpm("callme-sdk"),
    version: "5.5.0",
    configuration: two,
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
  },
  cpaas: {
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
      kandy.services.subscribe(["call", "chat"], "websocket");
    },
    isOn: (kandy) => {
      const { subscribed, isPending } = kandy.services.getSubscriptions();
      return subscribed.length === 2 && !isPending;
    },
    end: (kandy) => kandy.services.unsubscribe(["call", "chat"], "websocket"),
    // It looks for its socket only when it is about to check the connection.
    noticesAfter: "00:30",
    services: ["call", "chat"],
    subscribes: [["cpaasToken"], ["channel"], ["websocket"], ["serviceCall", "serviceChat", "turn"]],
      // Nothing is ever renewed.
    renews: [],
    leaves: [["serviceEnd", "serviceEnd"], ["channelEnd", "closed"]],
  },
  link: {
    sdk: ofFolder("link-5.2.0.js"),
    version: "5.2.0",
    insistsOnTls: true,
    configuration: (url) => {
      const { server: base, port } = ends(url);
      return { authentication: { server: { base, port, protocol: "https" } }, subscription: { websocket: ends(url) } };
    },
    begin: (kandy, { user: username, password }) => {
      kandy.setCredentials({ username, password });
      kandy.services.subscribe(["call", "IM"]);
    },
    isOn: (kandy) => {
      const { subscribed, isPending } = kandy.services.getSubscriptions();
      return subscribed.length === 2 && !isPending;
    },
    end: (kandy) => kandy.services.unsubscribe(["call", "IM"]),
    services: ["IM", "call"],
    subscribes: [["subscribe"], ["websocket"]],
      renews: [["resubscribe"]],
    leaves: [["unsubscribe"], ["closed"]],
  },
  link3: {
    ...connects,
    sdk: ofFolder("link3-3.41.1.js"),
    version: "3.41.1",
    subscribes: [["subscribe"], ["websocket"]],
    leaves: [["unsubscribe"], ["closed"]],
  },
  uc: {
    ...connects,
    sdk: ofFolder("uc-5.2.0.js"),
    version: "5.2.0",
    subscribes: [["mk_token"], ["subscribe"], ["websocket"]],
    leaves: [["closed", "unsubscribe"]],
  },
};
