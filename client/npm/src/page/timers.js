'use strict'

/**
 * Timers that stand still until they are moved: `setTimeout`, `setInterval`, `Date`, `performance.now` and
 * `AbortSignal.timeout` of one window, on the platform's time.
 *
 * The function is sent to pages as its text, so it uses nothing from outside of itself. Animation frames stay the browser's
 * own, so that a page is drawn while time stands still; they are told the time of this clock.
 *
 * Timers that are due at the present instant (a delay of 0) run by themselves, one a task, unless somebody drives this clock:
 * then they wait in line, oldest first, like all others.
 *
 * @param {object} window The global object whose timers are replaced.
 * @param {{ now: number, epoch: number }} start The time of the platform in ms, and the date at its 0.
 */
function installTimers(window, start) {
  // Deeper chains of timers wait this long at least, as the HTML standard has it; so no chain stays at one instant for ever.
  const DEEPEST = 5
  const LEAST_WHEN_DEEP = 4

  const native = { setTimeout: window.setTimeout.bind(window), Date: window.Date }
  const originals = new Map()
  const timers = new Map()
  let now = start.now
  let lastId = 0
  let depth = 0
  let isDriven = false
  let isScheduled = false

  function replace(owner, name, value) {
    originals.set([owner, name], Object.getOwnPropertyDescriptor(owner, name))
    Object.defineProperty(owner, name, { value, configurable: true, writable: true })
  }

  // As browsers convert a delay: to a 32-bit integer, of which what is negative is none.
  const delayOf = (value) => Math.max(0, value | 0)

  function arm(handler, delay, args, every) {
    const id = ++lastId
    const isDeep = depth >= DEEPEST
    const wait = isDeep ? Math.max(LEAST_WHEN_DEEP, delay) : delay
    timers.set(id, { id, order: id, due: now + wait, handler, args, every, depth: depth + 1 })
    runWhatIsDue()
    return id
  }

  /** The timer that comes next: the soonest, and of those the one that was armed first. */
  function first() {
    let first
    for (const timer of timers.values()) {
      if (!first || timer.due < first.due || (timer.due === first.due && timer.order < first.order)) first = timer
    }
    return first
  }

  function fire(timer) {
    if (timer.every === undefined) {
      timers.delete(timer.id)
    } else {
      timer.depth += 1
      timer.due = now + (timer.depth > DEEPEST ? Math.max(LEAST_WHEN_DEEP, timer.every) : timer.every)
      // A repeated timer is armed anew each time.
      timer.order = ++lastId
    }
    const before = depth
    depth = timer.depth
    try {
      if (typeof timer.handler === 'function') timer.handler.apply(window, timer.args)
      else (0, window.eval)(String(timer.handler))
    } catch (error) {
      // As an error in a timer of the browser: told, and nothing else stops.
      if (typeof window.reportError === 'function') window.reportError(error)
      else native.setTimeout(() => { throw error }, 0)
    } finally {
      depth = before
    }
  }

  function runWhatIsDue() {
    if (isDriven || isScheduled || !isDue()) return
    isScheduled = true
    native.setTimeout(() => {
      isScheduled = false
      if (isDriven) return
      fireFirst()
      runWhatIsDue()
    }, 0)
  }

  function isDue() {
    const next = first()
    return next !== undefined && next.due <= now
  }

  function fireFirst() {
    if (isDue()) fire(first())
  }

  const clear = (id) => { timers.delete(Number(id)) }
  replace(window, 'setTimeout', function setTimeout(handler, delay, ...args) { return arm(handler, delayOf(delay), args) })
  replace(window, 'setInterval', function setInterval(handler, delay, ...args) {
    const every = delayOf(delay)
    return arm(handler, every, args, every)
  })
  replace(window, 'clearTimeout', function clearTimeout(id) { clear(id) })
  replace(window, 'clearInterval', function clearInterval(id) { clear(id) })

  const date = () => start.epoch + now
  const FakeDate = new Proxy(native.Date, {
    construct: (target, args, made) =>
      Reflect.construct(target, args.length === 0 ? [date()] : args, made === FakeDate ? target : made),
    apply: (target) => new target(date()).toString(),
    get: (target, key, receiver) => (key === 'now' ? date : Reflect.get(target, key, receiver))
  })
  replace(window, 'Date', FakeDate)
  replace(native.Date.prototype, 'constructor', FakeDate)
  if (window.performance) replace(window.performance, 'now', () => now)
  if (window.requestAnimationFrame) {
    const request = window.requestAnimationFrame.bind(window)
    replace(window, 'requestAnimationFrame', function requestAnimationFrame(callback) { return request(() => callback(now)) })
  }
  if (window.AbortSignal && window.AbortSignal.timeout) {
    replace(window.AbortSignal, 'timeout', function timeout(delay) {
      const controller = new window.AbortController()
      const reason = new window.DOMException('signal timed out', 'TimeoutError')
      arm(() => controller.abort(reason), delayOf(delay), [])
      return controller.signal
    })
  }

  return {
    /** The time, when the next timer is due, and whether one is due now. */
    state() {
      const next = first()
      return { now, next: next === undefined ? null : Math.max(next.due, now), isDue: isDue(), isDriven }
    },
    /** Sets the time before anything has happened. */
    begin(time) { now = Math.max(now, time) },
    /** Lets time go on, backwards never. Timers that become due wait for `fire`, until `release`. */
    moveTo(time) {
      isDriven = true
      now = Math.max(now, time)
    },
    /** Fires the first timer that is due. */
    fire: fireFirst,
    /** Lets timers that are due run by themselves again. */
    release() {
      isDriven = false
      runWhatIsDue()
    },
    /** What the next timer would call, for messages. */
    describe() {
      const next = first()
      return next === undefined ? 'none' : `${next.every === undefined ? 'setTimeout' : 'setInterval'}(${String(next.handler).slice(0, 80)})`
    },
    /** Puts the window's own timers back. */
    uninstall() {
      for (const [[owner, name], descriptor] of originals) {
        if (descriptor === undefined) delete owner[name]
        else Object.defineProperty(owner, name, descriptor)
      }
      timers.clear()
    }
  }
}

module.exports = { installTimers }
