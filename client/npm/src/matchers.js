'use strict'

const { setTimeout: sleep } = require('node:timers/promises')
const { milliseconds } = require('./duration.js')
const { KandyError } = require('./error.js')
const { Kandy, User, placeOf, told, WAIT, LOOK } = require('./kandy.js')

/** The most requests that a message names. */
const MOST_NAMED = 10

/** What `expect.extend` takes: of Playwright, of Vitest, of Jest. */
const matchers = {
  /** That a request came: so many times, with that status, from a record on. It waits for what is missing. */
  async toHaveRequested(subject, point, options = {}) {
    const { times, timeout = this.timeout ?? WAIT } = options
    const asked = await Asked.of('toHaveRequested', subject, point, options)
    const deadline = performance.now() + milliseconds(timeout)
    for (;;) {
      const found = await asked.found()
      const pass = times === undefined ? found.length > 0 : found.length === times
      const isTooMany = times !== undefined && found.length > times
      // What is not to be there is not waited for.
      if (pass || isTooMany || this.isNot || performance.now() > deadline) {
        return { pass, message: () => asked.message(found, this.isNot, times) }
      }
      await sleep(LOOK)
    }
  },

  /** That no such request came, up to now. */
  async toHaveNoRequest(subject, point, options = {}) {
    const asked = await Asked.of('toHaveNoRequest', subject, point, options)
    const found = await asked.found()
    return { pass: found.length === 0, message: () => asked.message(found, !this.isNot) }
  },

  /** That a user has an open socket. It waits until that is so, or with `not` until it is not so any more. */
  async toBeConnected(subject, { timeout = this.timeout ?? WAIT } = {}) {
    if (!(subject instanceof User)) throw new KandyError('toBeConnected takes a user', { help: 'expect(alice).toBeConnected()' })
    const deadline = performance.now() + milliseconds(timeout)
    for (;;) {
      const open = (await subject.sockets()).filter(({ state }) => state === 'open')
      const pass = open.length > 0
      if (pass !== Boolean(this.isNot) || performance.now() > deadline) {
        const why = pass ? undefined : await subject.kandy.notConnected(subject.name, 0, 1, timeout)
        const ids = open.map(({ id }) => id).join(', ')
        return { pass, message: () => (pass ? `${subject.name} is still connected, with ${ids}` : why.message) }
      }
      await sleep(LOOK)
    }
  }
}

/** Which requests are asked about. */
class Asked {
  constructor(kandy, user, point, options) {
    Object.assign(this, { kandy, user, point, status: options.status, method: options.method, since: options.since })
  }

  static async of(matcher, subject, point, options) {
    const known = ['method', 'since', 'status', 'timeout', 'times']
    const unknown = Object.keys(options).find((name) => !known.includes(name))
    if (unknown !== undefined) {
      throw new KandyError(`${matcher} has no option ${JSON.stringify(unknown)}`, { help: `it has ${known.join(', ')}` })
    }
    const kandy = subject instanceof User ? subject.kandy : subject
    if (!(kandy instanceof Kandy)) {
      throw new KandyError(`${matcher} takes a user or the platform`, { help: `expect(alice).${matcher}('subscribe')` })
    }
    const user = subject instanceof User ? subject.name : undefined
    // The server knows its points and users, and tells of those that it does not know.
    await kandy.requests({ point, user, limit: 0 })
    return new Asked(kandy, user, point, options)
  }

  /** Those that came, of the whole test if it is not said from where on. */
  async found() {
    const { records, missed } = await this.kandy.journal({ since: placeOf(this.since) ?? 0, limit: 10_000 })
    if (missed > 0) {
      throw new KandyError(`the journal does not have the first ${missed} records any more`, {
        help: 'look from a mark on with `since`, or start with `limits: { journal: 100000 }`'
      })
    }
    return records.filter((record) =>
      (record.kind === 'request' || record.kind === 'upgrade') && record.point === this.point &&
      (this.user === undefined || record.user === this.user) &&
      (this.status === undefined || record.answered === this.status) &&
      (this.method === undefined || record.method === this.method.toUpperCase()))
  }

  /** What is wrong, with those that there are. */
  message(found, isNot, times) {
    const which = [this.method, this.point, this.status === undefined ? undefined : `answered with ${this.status}`]
    const wanted = isNot && times === undefined ? 'no' : `${isNot ? 'not ' : ''}${times ?? 'a'}`
    const from = this.since === undefined ? '' : ` since record ${placeOf(this.since)}`
    const named = found.slice(0, MOST_NAMED).map((request) => `\n  ${told(request)}`)
    const more = found.length > MOST_NAMED ? `\n  and ${found.length - MOST_NAMED} more` : ''
    const said = `expected ${wanted} ${which.filter(Boolean).join(' ')} of ${this.user ?? 'anybody'}${from}, but there were ${found.length}`
    return `${said}${named.length > 0 ? ':' : ''}${named.join('')}${more}`
  }
}

module.exports = { matchers }
