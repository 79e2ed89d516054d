'use strict'

/**
 * Counts what is under way between a window and the network: requests that are not answered, bodies that are being read, those of
 * the platform for themselves, sockets and their frames. With the same counts of the platform it is known, not guessed, that nothing is under way.
 *
 * The function is sent to pages as its text, so it uses nothing from outside of itself.
 *
 * @param {object} window The global object whose `fetch`, `XMLHttpRequest` and `WebSocket` are watched.
 * @param {{ port: string, hosts: string[], location?: string }} platform Where the platform is.
 */
function installTraffic(window, platform) {
  // What goes elsewhere is waited for no longer than this: it may be a stream that never ends.
  const PATIENCE = 1000

  const clock = window.performance && window.performance.now ? window.performance.now.bind(window.performance) : Date.now
  const originals = []
  const waiting = new Map()
  const foreign = new Map()
  const sockets = new Set()
  let lastId = 0
  let reading = 0
  let bodies = 0

  function replace(owner, name, value) {
    originals.push([owner, name, Object.getOwnPropertyDescriptor(owner, name)])
    Object.defineProperty(owner, name, { value, configurable: true, writable: true })
  }

  function addressOf(url) {
    const base = platform.location || (window.location && window.location.href) || 'http://localhost/'
    try {
      return new URL(String(url), base)
    } catch {
      return undefined
    }
  }

  function isPlatform(address) {
    const ports = { 'http:': '80', 'ws:': '80', 'https:': '443', 'wss:': '443' }
    return address !== undefined && platform.hosts.includes(address.hostname) &&
      (address.port || ports[address.protocol]) === platform.port
  }

  /** Notes a request that has begun, and gives what notes its end. */
  function begin(method, url) {
    const id = ++lastId
    const address = addressOf(url)
    const list = isPlatform(address) ? waiting : foreign
    list.set(id, { since: clock(), what: `${method} ${address ? address.pathname : url}` })
    return () => list.delete(id)
  }

  if (typeof window.fetch === 'function') {
    const fetch = window.fetch
    replace(window, 'fetch', function (input, init) {
      const url = input && typeof input === 'object' && 'url' in input ? input.url : input
      const end = begin((init && init.method) || (input && input.method) || 'GET', url)
      const answer = fetch.apply(window, arguments)
      // Before any of the page's own reactions, which run in the same task.
      answer.then(end, end)
      return answer
    })
  }

  if (window.Response) {
    for (const name of ['arrayBuffer', 'blob', 'bytes', 'formData', 'json', 'text']) {
      const read = window.Response.prototype[name]
      if (typeof read !== 'function') continue
      replace(window.Response.prototype, name, function () {
        // Of the platform's answers it says itself whether it holds some of them back.
        const isOfPlatform = this.url !== '' && isPlatform(addressOf(this.url))
        const count = (change) => { isOfPlatform ? bodies += change : reading += change }
        count(1)
        const end = () => count(-1)
        const body = read.apply(this, arguments)
        body.then(end, end)
        return body
      })
    }
  }

  if (window.XMLHttpRequest) {
    const { open, send } = window.XMLHttpRequest.prototype
    const asked = new WeakMap()
    replace(window.XMLHttpRequest.prototype, 'open', function (method, url) {
      asked.set(this, [method, url])
      return open.apply(this, arguments)
    })
    replace(window.XMLHttpRequest.prototype, 'send', function () {
      const end = begin(...(asked.get(this) || ['GET', '']))
      this.addEventListener('loadend', end, { once: true })
      try {
        return send.apply(this, arguments)
      } catch (error) {
        end()
        throw error
      }
    })
  }

  function watchSocket(socket) {
    const entry = { socket, what: `websocket ${addressOf(socket.url).pathname}`, sent: 0, received: 0 }
    sockets.add(entry)
    socket.addEventListener('message', () => { entry.received += 1 })
    socket.addEventListener('close', () => sockets.delete(entry))
    const send = socket.send
    Object.defineProperty(socket, 'send', {
      configurable: true,
      writable: true,
      value() {
        const result = send.apply(socket, arguments)
        if (socket.readyState === 1) entry.sent += 1
        return result
      }
    })
  }

  if (window.WebSocket) {
    const WebSocket = window.WebSocket
    const Watched = new Proxy(WebSocket, {
      construct(target, args, made) {
        const socket = Reflect.construct(target, args, made === Watched ? target : made)
        if (isPlatform(addressOf(socket.url))) watchSocket(socket)
        return socket
      }
    })
    replace(window, 'WebSocket', Watched)
  }

  return {
    state() {
      const count = { connecting: 0, open: 0, closing: 0, sent: 0, received: 0 }
      const kinds = ['connecting', 'open', 'closing']
      for (const { socket, sent, received } of sockets) {
        const kind = kinds[socket.readyState]
        if (kind === undefined) continue
        count[kind] += 1
        if (kind === 'open') {
          count.sent += sent
          count.received += received
        }
      }
      const now = clock()
      const elsewhere = [...foreign.values()].filter(({ since }) => now - since < PATIENCE)
      return {
        waiting: waiting.size,
        reading,
        bodies,
        elsewhere: elsewhere.length,
        sockets: count,
        what: [...waiting.values(), ...elsewhere].map(({ what }) => what).slice(0, 5)
      }
    },
    uninstall() {
      for (const [owner, name, descriptor] of originals.reverse()) {
        if (descriptor === undefined) delete owner[name]
        else Object.defineProperty(owner, name, descriptor)
      }
      originals.length = 0
    }
  }
}

module.exports = { installTraffic }
