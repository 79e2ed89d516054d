'use strict'

const { KandyError } = require('./error.js')
const { seconds } = require('./duration.js')

/** How long page and platform may take to come to rest, in real ms. */
const REST_TIME = 10_000
/** How many timers may fire at one instant. */
const MOST_AT_ONCE = 10_000

/**
 * Lets the time of pages and of the platform pass as one: instant by instant, and at each instant first what the platform
 * does, then the timers of the pages, one by one, each settled before the next. So everything happens at its own instant, as
 * in the simulated world. A platform that is reset begins at 0 again, and the pages go on from where they are.
 *
 * @typedef {object} Window A page, or what stands for one.
 * @property {() => Promise<object | undefined>} state How it stands; nothing if it is gone.
 * @property {(time: number) => Promise<void>} moveTo Sets its time.
 * @property {() => Promise<object | undefined>} fire Fires its first timer that is due, and gives how it stands then.
 * @property {() => Promise<void>} release Its timers run by themselves again.
 * @property {() => Promise<string>} describe What its next timer would call.
 */
class Coupling {
  /**
   * @param {{ state: () => Promise<object>, advanceTo: (time: number) => Promise<object> }} platform
   * @param {() => Window[]} windows Those that there are, oldest first.
   */
  constructor(platform, windows) {
    this.platform = platform
    this.windows = windows
    /** How far the pages' time is before that of the platform, which goes back when that is reset. Theirs never does. */
    this.ahead = 0
    this.pagesNow = 0
  }

  /**
   * Waits until nothing is under way between the pages and the platform, and gives how they stand. Pages that were just looked
   * at need not be asked again.
   */
  async settle(looked) {
    const deadline = performance.now() + REST_TIME
    for (let pages = looked ?? await this.pages(); ; pages = await this.pages()) {
      const platform = await this.platform.state()
      if (disagreement(pages, platform) === undefined) return { pages, platform }
      if (performance.now() > deadline) throw this.unrest(pages, platform)
    }
  }

  /** Lets so much time pass, its end included, and gives the time that it is then in the pages. */
  async pass(by) {
    const begin = await this.settle()
    const { now } = begin.platform.clock
    this.ahead = Math.max(0, Math.max(this.pagesNow, ...begin.pages.map(({ seen }) => seen.now)) - now)
    const target = now + by
    try {
      await this.passTo(target, begin)
    } finally {
      await Promise.all(this.windows().map((window) => window.release()))
    }
    this.pagesNow = target + this.ahead
    return this.pagesNow
  }

  async passTo(target, begin) {
    let now = begin.platform.clock.now
    let { pages, platform } = begin
    for (;;) {
      const ofPages = pages.map(({ seen }) => (seen.next === null ? target : seen.next - this.ahead))
      const next = Math.max(now, Math.min(target, platform.clock.next ?? target, ...ofPages))
      const isPlatformsTurn = platform.clock.next !== null && platform.clock.next <= next
      const moved = Promise.all(this.windows().map((window) => window.moveTo(next + this.ahead)))
      // What the platform sends at this instant is to be met with this time.
      if (isPlatformsTurn) await moved
      await Promise.all([moved, this.platform.advanceTo(next)])
      now = next
      if (isPlatformsTurn) ({ pages, platform } = await this.settle())
      const isOver = now >= target && !pages.some(({ seen }) => isDueAt(seen, now + this.ahead))
      ;({ pages, platform } = await this.fireAll(now, pages, platform))
      if (isOver) return
    }
  }

  /** Fires what is due in the pages, in their order, until nothing is. */
  async fireAll(now, pages, platform) {
    for (let turns = 0; ; turns += 1) {
      const due = pages.find(({ seen }) => isDueAt(seen, now + this.ahead))
      if (due === undefined) return { pages, platform }
      if (turns === MOST_AT_ONCE) {
        const what = await due.window.describe()
        throw new KandyError(`more than ${MOST_AT_ONCE} timers fired at ${seconds(now)} s, without an end: next comes ${what}`)
      }
      const seen = await due.window.fire()
      // What one page does may be seen by another.
      const isAlone = pages.length === 1 && seen !== undefined
      ;({ pages, platform } = await this.settle(isAlone ? [{ window: due.window, seen }] : undefined))
    }
  }

  async pages() {
    const windows = this.windows()
    const seen = await Promise.all(windows.map((window) => window.state()))
    return windows.map((window, index) => ({ window, seen: seen[index] })).filter(({ seen }) => seen !== undefined)
  }

  unrest(pages, platform) {
    const said = disagreement(pages, platform)
    const what = pages.flatMap(({ seen }) => seen.what)
    const named = what.length > 0 ? `; the pages wait for ${what.join(', ')}` : ''
    return new KandyError(`pages and platform do not come to rest within ${REST_TIME / 1000} s: ${said}${named}`, {
      help: 'with a manual clock, only the pages of the test may use the platform'
    })
  }
}

const isDueAt = (seen, now) => seen.next !== null && seen.next <= now

/** What is still under way, if anything: where the counts of the pages are not those of the platform. */
function disagreement(pages, platform) {
  const sum = (count) => pages.reduce((sum, { seen }) => sum + count(seen), 0)
  const open = platform.sockets.filter(({ state }) => state === 'open')
  const of = (name) => open.reduce((sum, socket) => sum + socket[name], 0)
  const counts = [
    ['answers from elsewhere that are being read', sum(({ reading }) => reading), 0],
    ['requests elsewhere', sum(({ elsewhere }) => elsewhere), 0],
    ['timers that run by themselves', sum(({ isDue, isDriven }) => Number(isDue && !isDriven)), 0],
    ['sockets that close', sum(({ sockets }) => sockets.closing), 0],
    ['requests and handshakes without an answer, or with one that is being read', sum(({ waiting, bodies, sockets }) => waiting + bodies + sockets.connecting), held(platform.clock)],
    ['open sockets', sum(({ sockets }) => sockets.open), open.length],
    ['frames to the platform', sum(({ sockets }) => sockets.sent), of('framesIn')],
    ['frames to the pages', sum(({ sockets }) => sockets.received), of('framesOut')],
    ['scripts that run beside', Number(platform.script?.busy ?? false), 0]
  ]
  const unlike = counts.find(([, here, there]) => here !== there)
  return unlike && `${unlike[0]} are ${unlike[1]}, not ${unlike[2]}`
}

/** The requests and handshakes that the platform does not answer, or not to the end, by itself: later, or never. */
function held({ held, now }) {
  return held.filter(({ due }) => due === null || due > now).length
}

module.exports = { Coupling }
