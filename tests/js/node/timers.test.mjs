// The timers that stand still: what a page sees of them is what a browser's own do.
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { setImmediate } from 'node:timers/promises'

// They are not part of what the package exports.
const inside = createRequire(fileURLToPath(new URL('../node_modules/kandy-harness/package.json', import.meta.url)))
const { installTimers } = inside('./src/page/timers.js')

/** A window with nothing but what the timers need. */
function windowOf(more = {}) {
  const window = { setTimeout, clearTimeout, setInterval, clearInterval, Date: class extends Date {}, performance: { now: () => 7 }, ...more }
  window.calls = []
  window.timers = installTimers(window, { now: 0, epoch: Date.UTC(2026, 0, 1) })
  window.note = (name) => () => window.calls.push(`${window.timers.state().now} ${name}`)
  return window
}

/** Lets time pass as the coupling does. */
function pass(window, by) {
  const target = window.timers.state().now + by
  for (;;) {
    const next = Math.min(target, window.timers.state().next ?? target)
    window.timers.moveTo(next)
    while (window.timers.state().isDue) window.timers.fire()
    if (next === target) return
  }
}

test('timers fire at their instants, and at one instant in the order in which they were armed', () => {
  const window = windowOf()
  window.setTimeout(window.note('b'), 20)
  window.setTimeout(window.note('a'), 10)
  window.setTimeout(window.note('c'), 20)
  window.setTimeout(() => window.setTimeout(window.note('armed at 10'), 10), 10)
  pass(window, 100)
  assert.deepEqual(window.calls, ['10 a', '20 b', '20 c', '20 armed at 10'])
  assert.equal(window.timers.state().now, 100)
})

test('an interval is armed anew each time, behind those that were armed before', () => {
  const window = windowOf()
  window.setInterval(window.note('interval'), 10)
  window.setTimeout(window.note('timeout'), 20)
  pass(window, 30)
  assert.deepEqual(window.calls, ['10 interval', '20 timeout', '20 interval', '30 interval'])
})

test('what is cleared does not fire, also by the other function, and also from a timer', () => {
  const window = windowOf()
  const interval = window.setInterval(window.note('never'), 10)
  window.clearTimeout(interval)
  const late = window.setTimeout(window.note('never'), 20)
  window.setTimeout(() => window.clearInterval(late), 20 - 1)
  window.clearTimeout(undefined)
  pass(window, 50)
  assert.deepEqual(window.calls, [])
})

test('delays are converted as browsers do', () => {
  const window = windowOf()
  const delays = [[NaN, 0], [-5, 0], [Infinity, 0], ['15', 15], [[15], 15], [15.9, 15], [undefined, 0], [2 ** 31, 0], [2 ** 32 + 5, 5]]
  for (const [delay, expected] of delays) {
    window.calls.length = 0
    const begin = window.timers.state().now
    window.setTimeout(() => window.calls.push(window.timers.state().now - begin), delay)
    pass(window, 100)
    assert.deepEqual(window.calls, [expected], String(delay))
  }
})

test('arguments are handed on, and `this` is the window', () => {
  const window = windowOf()
  window.setTimeout(function (...given) { window.calls.push(this === window, ...given) }, 1, 'a', 2)
  pass(window, 1)
  assert.deepEqual(window.calls, [true, 'a', 2])
})

test('chains of timers without a delay leave the instant, as in browsers', () => {
  const window = windowOf()
  const again = () => {
    window.calls.push(window.timers.state().now)
    window.setTimeout(again, 0)
  }
  window.setTimeout(again, 0)
  pass(window, 10)
  assert.deepEqual(window.calls, [0, 0, 0, 0, 0, 4, 8])
})

test('dates are those of the clock, and dates all the same', () => {
  const window = windowOf()
  pass(window, 1500)
  assert.equal(window.Date.now(), Date.UTC(2026, 0, 1) + 1500)
  assert.equal(new window.Date().toISOString(), '2026-01-01T00:00:01.500Z')
  assert.equal(new window.Date(0).getTime(), 0)
  assert.equal(new window.Date(2020, 1, 29).getDate(), 29)
  assert.equal(window.Date.UTC(1970, 0, 1), 0)
  assert.equal(window.Date(), new window.Date().toString())
  assert.ok(new window.Date() instanceof window.Date)
  assert.equal(new window.Date().constructor, window.Date)
  class Later extends window.Date {}
  assert.ok(new Later() instanceof Later)
  assert.equal(window.performance.now(), 1500)
})

test('an error in a timer is told, and does not stop the others', () => {
  const told = []
  const window = windowOf({ reportError: (error) => told.push(error.message) })
  window.setTimeout(() => { throw new Error('mine') }, 1)
  window.setTimeout(window.note('next'), 1)
  pass(window, 1)
  assert.deepEqual([told, window.calls], [['mine'], ['1 next']])
})

test('while nobody drives the clock, what is due runs by itself, and nothing else', async () => {
  const window = windowOf()
  window.setTimeout(window.note('at once'), 0)
  window.setTimeout(window.note('later'), 1)
  assert.deepEqual(window.calls, [])
  while (window.timers.state().isDue) await setImmediate()
  assert.deepEqual(window.calls, ['0 at once'])
  window.timers.moveTo(1)
  for (let turn = 0; turn < 10; turn += 1) await setImmediate()
  assert.deepEqual(window.calls, ['0 at once'])
  window.timers.release()
  while (window.timers.state().isDue) await setImmediate()
  assert.deepEqual(window.calls, ['0 at once', '1 later'])
})

test('time never goes back, and a page may begin later', () => {
  const window = windowOf()
  window.timers.begin(5000)
  window.timers.moveTo(100)
  assert.equal(window.Date.now(), Date.UTC(2026, 0, 1) + 5000)
})

test('signals time out on this clock', () => {
  const window = windowOf({ AbortController, DOMException, AbortSignal: class { static timeout() {} } })
  const signal = window.AbortSignal.timeout(1000)
  pass(window, 999)
  assert.equal(signal.aborted, false)
  pass(window, 1)
  assert.equal(signal.reason.name, 'TimeoutError')
})

test('frames of the screen come by themselves, and are told the time of this clock', () => {
  const asked = []
  const window = windowOf({ requestAnimationFrame: (callback) => asked.push(callback) })
  const times = []
  window.requestAnimationFrame((time) => times.push(time))
  pass(window, 40)
  asked[0](123456)
  assert.deepEqual(times, [40])
})

test('the window gets its own timers back', () => {
  const window = windowOf()
  window.timers.uninstall()
  assert.equal(window.setTimeout, setTimeout)
  assert.equal(window.performance.now(), 7)
})
