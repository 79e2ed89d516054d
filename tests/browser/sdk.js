// What the tests give to `serve --sdk`: enough of an SDK to be told from the stand-in.
globalThis.Kandy = {
  create() {
    const listeners = [];
    let isConnected = false;
    return {
      on: (type, listener) => type === "auth:change" && listeners.push(listener),
      connect: () => ((isConnected = true), listeners.forEach((listener) => listener({}))),
      disconnect: () => ((isConnected = false), listeners.forEach((listener) => listener({}))),
      getConnection: () => ({ isConnected, isPending: false, error: undefined }),
    };
  },
};
