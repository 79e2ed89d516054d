'use strict'

const { randomBytes } = require('node:crypto')
const { setTimeout: sleep } = require('node:timers/promises')
const { Control } = require('./control.js')
const { milliseconds, seconds } = require('./duration.js')
const { KandyError } = require('./error.js')
const VERBS = require('./verbs.js')

/** How long something is waited for that is bound to come, in real ms. */
const WAIT = 5000
/** How often a wait looks. */
const LOOK = 15

/** The users of all tests of this process that an exploration runs. */
let explored = 0

/** A platform that is served, and whatever can be done to it. */
class Kandy {
  /**
   * @param {object} said What the server has said when it began.
   * @param {{ server?: object, certificate?: string, disturbance?: string }} own The process, if it is one of this program, and what
   *   is to go wrong at it; an empty text where that is nothing yet.
   */
  constructor(said, { server, certificate, disturbance } = {}) {
    this.url = said.url
    this.wsUrl = said.ws
    this.controlUrl = said.control
    this.token = said.token
    this.config = configuration(said)
    this.server = server
    /** What goes wrong in this run, as a schedule; `undefined` if nothing does. */
    this.disturbance = disturbance || undefined
    this.isExplored = server === undefined && disturbance !== undefined
    this.control = new Control({ url: said.control, token: said.token, certificate }, server)
    this.clock = new Clock(this)
    this.lastUser = 0
    /** Whoever knows of pages tells here why nobody comes, as far as they know. */
    this.whyNobody = async () => 'does the page load Kandy.js, give `config` to `create`, and call `connect`?'
  }

  /** Adds a user. What is left out of name and password is made up, and is nobody else's. */
  async addUser(options = {}) {
    const { name, password, ...rest } = options
    this.lastUser += 1
    const user = new User(this, name ?? `user-${this.nameOfNext()}@example.com`, password ?? randomBytes(9).toString('base64url'))
    await this.tell('addUser', { user: user.name, password: user.password, ...rest })
    return user
  }

  /** A server that is somebody else's may have users of other tests; where it is new in each run, these have the same names again. */
  nameOfNext() {
    if (this.server !== undefined) return this.lastUser
    if (!this.isExplored) return `${this.lastUser}-${randomBytes(4).toString('hex')}`
    explored += 1
    return `${process.env.TEST_WORKER_INDEX ?? 0}-${explored}`
  }

  /** A user whom the platform has, or whom a test adds without a password. */
  user(name) {
    return new User(this, name, undefined)
  }

  /**
   * Tells the platform something, with named arguments as the control interface takes them. Gives what it answers, with
   * `next`: the number of the first record of the journal behind that of the command, from which matchers look with `since`.
   */
  async tell(verb, given = {}) {
    const { next: before } = await this.journal({ limit: 0 })
    const told = await this.control.act(verb, given)
    const { records } = await this.journal({ since: before })
    const command = records.find(({ kind, name }) => kind === 'command' && name === verb)
    return { ...told, next: command === undefined ? before : command.seq + 1 }
  }

  /** Writes a line of one's own into the journal, and gives a place from which matchers look with `since`. */
  async mark(text) {
    return this.tell('mark', { text: String(text) })
  }

  /** How the platform stands. */
  state(query = {}) {
    return this.control.look('state', query)
  }

  /** What happened, from record `since` on, or the newest. */
  journal({ since, limit } = {}) {
    return this.control.look('journal', { since: placeOf(since), limit })
  }

  /** The requests in the journal. With `since` those from there on. */
  async requests({ since, point, user, method, status, limit } = {}) {
    const from = placeOf(since) ?? 0
    const { requests } = await this.control.look('requests', { point, user: nameOf(user), method, status, limit })
    return requests.filter(({ seq }) => seq >= from)
  }

  async subscriptions(user) {
    return (await this.control.look('subscriptions', { user: nameOf(user) })).subscriptions
  }

  /** The sockets that are open or opening, in the order of their handshakes. */
  async sockets(user) {
    const { sockets } = await this.control.look('sockets', { user: nameOf(user) })
    return sockets.map((seen) => new Socket(this, seen))
  }

  /** Waits until a request has come to a point. */
  async waitFor(point, { user, timeout, since, ...rest } = {}) {
    const given = { point, user: nameOf(user), timeout: timeout ?? WAIT, since: placeOf(since), ...rest }
    return (await this.control.act('waitFor', withoutNothing(given))).request
  }

  /** Waits until so many sockets are open, and gives the newest. */
  async connected({ user, sockets: count = 1, timeout = WAIT } = {}) {
    const deadline = performance.now() + milliseconds(timeout)
    for (;;) {
      const open = (await this.sockets(user)).filter(({ state }) => state === 'open')
      if (open.length >= count) return open.at(-1)
      if (performance.now() > deadline) throw await this.notConnected(nameOf(user), open.length, count, timeout)
      await sleep(LOOK)
    }
  }

  async notConnected(user, open, count, timeout) {
    const whose = user === undefined ? 'there are' : `${user} has`
    const seen = await this.requests(user === undefined ? {} : { user })
    const last = seen.at(-1)
    const help = last === undefined
      ? `the platform has not seen any request: ${await this.whyNobody()}`
      : `what came last is ${told(last)}`
    return new KandyError(`${whose} ${open} open sockets after ${milliseconds(timeout) / 1000} s, not ${count}`, { help })
  }

  /** What happened as text, of one user or of all; from record `since`, or from the last such `mark` on. */
  transcript({ user, since, mark } = {}) {
    return this.control.lookAtText('transcript', { user: nameOf(user), since: placeOf(since), mark })
  }

  /** What of `disturbance` has not gone wrong by now, since its moment has not come. */
  async notReached() {
    const { records } = await this.journal({ since: 0, limit: 10_000 })
    const happened = new Set(records.filter(({ name }) => name === 'mark').map(({ arguments: { text } }) => text))
    const all = (this.disturbance ?? '').split(/[;\n]/).map((one) => one.trim()).filter((one) => one !== '')
    return all.filter((one) => !happened.has(`disturbed: ${one}`))
  }

  /** Ends the server, if it is one of this program. */
  async stop() {
    this.control.close()
    await this.server?.stop()
  }

  async [Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose')]() {
    await this.stop()
  }
}

/** The clock of a platform. */
class Clock {
  constructor(kandy) {
    this.kandy = kandy
    /** Lets pages take part, where there are some. */
    this.coupling = undefined
  }

  /** The time of the platform in ms. */
  async now() {
    return (await this.kandy.state({ limit: 0 })).clock.now
  }

  /** Lets time pass at the platform alone. */
  async advance(by) {
    return this.kandy.control.act('advance', { by: milliseconds(by) })
  }

  /** Lets time pass for the platform and for the pages, where there are some, each timer at its own instant. */
  async pass(by) {
    if (this.coupling === undefined) await this.advance(by)
    else await this.coupling.pass(milliseconds(by))
  }

  /** Waits until nothing is under way between the pages and the platform, and no timer is due. */
  async settle() {
    if (this.coupling === undefined) await this.kandy.control.act('idle', {})
    else await this.coupling.pass(0)
  }
}

/** A user, with whom the verbs are called that are about one. */
class User {
  #kandy

  constructor(kandy, name, password) {
    this.#kandy = kandy
    this.name = name
    this.password = password
  }

  /** The platform that has the user. */
  get kandy() {
    return this.#kandy
  }

  connected(options = {}) {
    return this.#kandy.connected({ ...options, user: this.name })
  }

  sockets() {
    return this.#kandy.sockets(this.name)
  }

  subscriptions() {
    return this.#kandy.subscriptions(this.name)
  }

  requests(options = {}) {
    return this.#kandy.requests({ ...options, user: this.name })
  }

  waitFor(point, options = {}) {
    return this.#kandy.waitFor(point, { ...options, user: this.name })
  }

  transcript(options = {}) {
    return this.#kandy.transcript({ ...options, user: this.name })
  }
}

/** A socket as it was when it was looked at. What is done to it is done to no other one of its user. */
class Socket {
  #kandy

  constructor(kandy, seen) {
    this.#kandy = kandy
    Object.assign(this, seen)
  }

  /** The platform that has the socket. */
  get kandy() {
    return this.#kandy
  }
}

// The verbs of the table: of the platform, of a user where that is what they are about first, of a socket where they can be
// about one.
for (const verb of VERBS) {
  if (!(verb.name in Kandy.prototype)) {
    Kandy.prototype[verb.name] = function (...given) {
      return this.tell(verb.name, named(verb, given))
    }
  }
  if (verb.places[0]?.name === 'user' && verb.name !== 'addUser') {
    User.prototype[verb.name] = function (...given) {
      return this.kandy[verb.name](this, ...given)
    }
  }
  if (verb.options.includes('socket')) {
    Socket.prototype[verb.name] = function (...given) {
      // It says whose it is by itself.
      return this.kandy.tell(verb.name, { ...named(verb, [undefined, ...given]), socket: this.id })
    }
  }
}

/** Arguments in which a user may stand. */
const ARGUMENTS = {
  user: nameOf,
  how: (faults) => (Array.isArray(faults) ? faults.map(ofUser) : ofUser(faults))
}

function ofUser(fault) {
  return fault?.user === undefined ? fault : { ...fault, user: nameOf(fault.user) }
}

/** Arguments by their names. */
function named(verb, given) {
  const { name, places, options } = verb
  const most = places.length + (options.length > 0 ? 1 : 0)
  if (given.length > most) throw new KandyError(`${name} takes ${most} arguments at most, and got ${given.length}`)
  const arguments_ = {}
  places.forEach((place, index) => {
    const value = given[index]
    if (value === undefined || value === null) return
    if (place.bytes !== undefined && value instanceof Uint8Array) arguments_[place.bytes] = Buffer.from(value).toString('base64')
    else arguments_[place.name] = ARGUMENTS[place.name]?.(value) ?? value
  })
  const rest = given[places.length]
  return withoutNothing({ ...arguments_, ...(rest === undefined ? {} : optionsOf(name, rest)) })
}

function optionsOf(name, options) {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new KandyError(`the options of ${name} must be an object, not ${JSON.stringify(options)}`)
  }
  return options.user === undefined ? options : { ...options, user: nameOf(options.user) }
}

function withoutNothing(given) {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
}

function nameOf(user) {
  return typeof user === 'object' && user !== null ? user.name : user
}

/** From which record on: of a number, or of what an action or a mark has given. */
function placeOf(since) {
  return typeof since === 'object' && since !== null ? since.next : since
}

/** What `create` takes. */
function configuration({ url, ws }) {
  const server = (address) => {
    const { protocol, hostname, port } = new URL(address)
    return { protocol: protocol.slice(0, -1), server: hostname, port: Number(port) }
  }
  return { authentication: { subscription: server(url), websocket: server(ws) } }
}

/** A request in few words. */
function told({ time, method, path, answered }) {
  return `${method} ${path} at ${seconds(time)} s, answered with ${answered}`
}

module.exports = { Kandy, User, Socket, placeOf, nameOf, told, WAIT, LOOK }
