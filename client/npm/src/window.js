'use strict'

const { setImmediate } = require('node:timers')
const { KandyError } = require('./error.js')

/** How many turns of the event loop a test gets to go on by itself before it is looked at again. */
const TURNS = 5

/**
 * The global object of a test that runs in this process, on the fake timers of its framework (Sinon's in Vitest and Jest), as
 * the coupling sees it.
 */
class LocalWindow {
  /**
   * @param {object} traffic What counts the requests and frames of the global object.
   * @param {() => object | undefined} clock The fake timers, if they are there.
   */
  constructor(traffic, clock) {
    this.traffic = traffic
    this.clockNow = clock
    this.begin = this.clock().now
    this.moved = 0
  }

  clock() {
    const clock = this.clockNow()
    if (typeof clock?.now === 'number' && typeof clock.next === 'function') return clock
    throw new KandyError('the timers of this test are not faked any more', {
      help: 'leave `vi.useFakeTimers()` and `vi.useRealTimers()` to the fixture'
    })
  }

  async state() {
    for (let turn = 0; turn < TURNS; turn += 1) await new Promise((resolve) => setImmediate(resolve))
    const { now } = this.clock()
    const first = this.first()
    const next = first === undefined ? null : Math.max(first.callAt, now) - this.begin
    return { now: now - this.begin, next, isDue: first !== undefined && first.callAt <= now, isDriven: true, ...this.traffic.state() }
  }

  first() {
    const timers = Object.values(this.clock().timers ?? {})
    return timers.sort((one, other) => one.callAt - other.callAt || one.id - other.id)[0]
  }

  /** The time only: timers that become due wait for `fire`. */
  async moveTo(time) {
    const clock = this.clock()
    clock.now = Math.max(clock.now, this.begin + time)
  }

  async fire() {
    const clock = this.clock()
    if (this.first()?.callAt <= clock.now) clock.next()
    return this.state()
  }

  async release() {}

  async describe() {
    return String(this.first()?.func).slice(0, 80)
  }
}

module.exports = { LocalWindow }
