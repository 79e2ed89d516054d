// A stand-in for Kandy.js: the part of its API that its quickstart uses, over the same requests and the same websocket.
// It is not the SDK: quirks, crashes and everything beyond signing in are missing. Use `serve --sdk FILE` for the real one.
"use strict";

globalThis.Kandy = (() => {
  const PING_EVERY = 30000;
  const RECONNECT_EVERY = 5000;
  const RECONNECTS = 5;
  const EARLIEST_RENEWAL = 30000;
  const TOKEN_LIFETIME = 3600;
  const REFRESH_MARGIN = 300;
  const AGENT = "kandy-harness-stand-in";

  class KandyError extends Error {
    constructor(code, message) {
      super(message);
      this.name = "BasicError";
      this.code = code;
    }
  }

  function base64(text) {
    return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
  }

  // One signing-in, until it has failed or is over. It tells `owner` how it goes, until the owner has left it.
  class Session {
    constructor(servers, owner) {
      this.servers = servers;
      this.owner = owner;
      this.attempts = 0;
      this.timers = new Set();
    }

    async start({ username, password }) {
      const { access_token: token, expires } = await this.createToken(username, password);
      // Every request but the websocket's names the first token, as those of Kandy.js do.
      this.token = this.newestToken = token;
      const { subscription, subscriptionParams } = await this.subscribe(username);
      this.subscription = subscription;
      this.params = subscriptionParams;
      await this.open();
      this.renewLater();
      this.refreshLater(expires);
    }

    async request(method, path, { authorization, body } = {}) {
      const { protocol, server, port } = this.servers.subscription;
      const headers = { "Content-Type": "application/json", Accept: "application/json", "X-Cpaas-Agent": AGENT };
      if (authorization) headers.Authorization = authorization;
      // Chromium lets a request wait as long as another one to the same address hangs, unless none of them is to be stored.
      const init = { method, headers, body: body && JSON.stringify(body), cache: "no-store" };
      const answer = await fetch(`${protocol}://${server}:${port}${path}`, init);
      const json = await answer.json().catch(() => undefined);
      return { isOk: answer.ok, status: answer.status, statusText: answer.statusText, json };
    }

    async createToken(username, password) {
      const code = "authentication:9";
      const authorization = `basic ${base64(`${username}:${password}`)}`;
      const answer = await this.request("GET", "/v2.0/auth/mk_token?refresh=y", { authorization }).catch(() => ({}));
      const tokens = answer.isOk && answer.json?.success;
      if (tokens?.access_token) return tokens;
      const human = answer.json?.error?.human;
      throw new KandyError(code, human ? `There was an error connecting. Error: ${human}` : "Login request failed. Check your credentials.");
    }

    async subscribe(username) {
      const { expires, service } = this.servers.subscription;
      const asked = { expires, service, localization: "English_US", useTurn: true, notificationType: "WebSocket" };
      const path = `/rest/version/1/user/${username}/subscription?token=${encodeURIComponent(this.token)}`;
      const body = { subscribeRequest: asked };
      const answer = await this.request("POST", path, { body }).catch((error) => ({ statusText: error.message }));
      const response = answer.json?.subscribeResponse;
      if (answer.isOk && response?.subscription && response.subscriptionParams?.notificationChannel) return response;
      const status = response?.statusCode ?? answer.json?.statusCode;
      const message = status === undefined ? `Subscribe request failed: ${answer.statusText || answer.status}.` : `Failed to subscribe user. Code: ${status}.`;
      throw new KandyError("authentication:4", message);
    }

    // Opens the notification channel; it tries again as often as Kandy.js does by default.
    async open() {
      while (!(await this.openOnce())) {
        this.attempts += 1;
        if (this.isOver || this.attempts >= RECONNECTS) throw new KandyError("authentication:2", "Could not connect to websocket.");
        await this.pause(RECONNECT_EVERY);
      }
      this.attempts = 0;
    }

    openOnce() {
      const { protocol, server, port } = this.servers.websocket;
      const channel = `${protocol}://${server}:${port}${this.params.notificationChannel}`;
      return new Promise((opened) => {
        const socket = new WebSocket(`${channel}?token=${encodeURIComponent(this.newestToken)}`);
        this.socket = socket;
        socket.onerror = () => opened(false);
        socket.onclose = (close) => {
          opened(false);
          if (socket.wasOpen) this.lost(socket, close.code);
        };
        socket.onopen = () => {
          socket.wasOpen = true;
          this.ping(socket);
          opened(true);
        };
        socket.onmessage = (message) => this.received(message.data);
      });
    }

    ping(socket) {
      if (socket.readyState !== WebSocket.OPEN) return;
      socket.send(JSON.stringify({ message_type: "ping" }));
      this.later(PING_EVERY, () => this.ping(socket));
    }

    get isOpen() {
      return this.socket?.readyState === WebSocket.OPEN;
    }

    received(text) {
      let payload;
      try {
        payload = JSON.parse(text);
      } catch {
        return;
      }
      if (this.isOver || typeof payload?.notificationMessage !== "object") return;
      this.owner.received(payload);
      if (payload.notificationMessage?.eventType === "gone") this.end("GONE");
    }

    async lost(socket, code) {
      if (this.isOver || socket !== this.socket) return;
      if (code === 1000) return this.end("LOST_CONNECTION");
      this.owner.socketChanged();
      try {
        await this.open();
        this.owner.socketChanged();
      } catch {
        this.end("LOST_CONNECTION");
      }
    }

    renewLater() {
      const delay = Math.max(EARLIEST_RENEWAL, (this.params.expires * 1000) / 2);
      this.later(delay, async () => {
        const { expires, service } = this.params;
        const body = { subscribeRequest: { expires, service, useTurn: true } };
        const path = `${this.subscription}?token=${encodeURIComponent(this.token)}`;
        const answer = await this.request("PUT", path, { body }).catch(() => ({}));
        if (answer.status === 404 && answer.json?.subscribeResponse?.statusCode === 4) this.end("GONE");
        else if (!this.isOver) this.renewLater();
      });
    }

    refreshLater(expires) {
      this.later((expires - REFRESH_MARGIN) * 1000, async () => {
        const path = `/v2.0/auth/refresh_token?expires=${TOKEN_LIFETIME}&token=${encodeURIComponent(this.token)}`;
        const answer = await this.request("GET", path).catch(() => ({}));
        if (this.isOver) return;
        const tokens = answer.isOk && answer.json?.success;
        if (!tokens?.access_token) return this.fail(new KandyError("authentication:9", "The token could not be refreshed."));
        this.newestToken = tokens.access_token;
        this.refreshLater(tokens.expires);
      });
    }

    async stop() {
      this.close();
      const path = `${this.subscription}?token=${encodeURIComponent(this.token)}`;
      // As with Kandy.js, signing out cannot fail.
      if (this.subscription) await this.request("DELETE", path).catch(() => undefined);
    }

    end(reason) {
      if (this.isOver) return;
      this.close();
      this.owner.ended(reason);
    }

    fail(error) {
      this.close();
      this.owner.failed(error);
    }

    close() {
      this.isOver = true;
      this.timers.forEach(clearTimeout);
      this.socket?.close();
    }

    later(delay, act) {
      const timer = setTimeout(() => {
        this.timers.delete(timer);
        act();
      }, delay);
      this.timers.add(timer);
    }

    pause(delay) {
      return new Promise((over) => this.later(delay, over));
    }
  }

  function create({ authentication }) {
    const https = { protocol: "https", port: 443, expires: 3600, service: ["call", "IM", "Presence"] };
    const servers = {
      subscription: { ...https, ...authentication.subscription },
      websocket: { protocol: "wss", port: 443, ...authentication.websocket },
    };
    const listeners = new Map();
    const idle = { isConnected: false, isPending: false, error: undefined };
    let state = idle;
    let session;

    const emit = (type, params = {}) => [...(listeners.get(type) ?? [])].forEach((listener) => listener(params));
    const become = (changed, type = "auth:change", params) => {
      state = { ...state, ...changed };
      emit(type, params);
    };
    const owner = {
      received: (payload) => emit("notification:received", { payload }),
      socketChanged: () => emit("ws:change", { platform: "uc" }),
      ended: (reason) => become(idle, "auth:change", { reason }),
      failed: (error) => become({ isConnected: false, error }, "auth:error", { error }),
    };

    return {
      on(type, listener) {
        listeners.set(type, [...(listeners.get(type) ?? []), listener]);
      },
      async connect(credentials) {
        if (state.isConnected || state.isPending) return;
        const mine = new Session(servers, owner);
        session = mine;
        become({ isPending: true, error: undefined });
        try {
          await mine.start(credentials);
          if (session === mine) become({ isConnected: true, isPending: false });
        } catch (error) {
          mine.close();
          if (session === mine) become({ isConnected: false, isPending: false, error }, "auth:error", { error });
        }
      },
      async disconnect() {
        if (!state.isConnected || state.isPending) return;
        const ending = session;
        session = undefined;
        become({ isPending: true });
        await ending.stop();
        become(idle);
      },
      getConnection: () => ({ ...state }),
      connection: { getSocketState: () => ({ connected: session?.isOpen ?? false }) },
    };
  }

  return { create, isStandIn: true };
})();
