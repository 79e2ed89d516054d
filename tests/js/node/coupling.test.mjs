// How the time of pages and of the platform passes as one, told by a platform and pages that only note what is asked of them.
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const inside = createRequire(fileURLToPath(new URL('../node_modules/kandy-harness/package.json', import.meta.url)))
const { Coupling } = inside('./src/coupling.js')

const QUIET = { isDue: false, reading: 0, bodies: 0, elsewhere: 0, waiting: 0, what: [], isDriven: true, sockets: { connecting: 0, open: 0, closing: 0, sent: 0, received: 0 } }

/** A world in which the platform has something to do at some instants, and each page has timers. */
function world({ platform = [], pages = [], state = {} }) {
  const told = []
  let now = 0
  const of = { now: 0 }
  const clock = () => ({ now: of.now, next: platform.find((due) => due > of.now) ?? null, held: [] })
  const served = {
    state: async () => ({ clock: clock(), sockets: [], ...state }),
    async advanceTo(to) {
      for (const due of platform.filter((due) => due > of.now && due <= to)) told.push(`${due} platform`)
      assert.ok(to >= of.now, 'time goes on')
      of.now = to
    }
  }
  const windows = pages.map((timers, index) => {
    const left = timers.map((timer) => (typeof timer === 'number' ? { due: timer } : timer))
    const window = {
      state: async () => ({ ...QUIET, now, next: left.length === 0 ? null : Math.min(...left.map(({ due }) => due)) }),
      async moveTo(time) { now = Math.max(now, time) },
      async fire() {
        const due = Math.min(...left.map((timer) => timer.due))
        const [timer] = left.splice(left.findIndex((timer) => timer.due === due), 1)
        told.push(`${now} page ${index + 1}`)
        if (timer.then) left.push(...timer.then())
        return window.state()
      },
      release: async () => { told.push('release') },
      describe: async () => 'setTimeout(again)'
    }
    return window
  })
  const reset = () => { of.now = 0 }
  return { told, reset, coupling: new Coupling(served, () => windows) }
}

test('it goes from instant to instant, at each the platform first, then the pages, oldest first', async () => {
  const { told, coupling } = world({ platform: [10, 30], pages: [[10, 20], [5, 10]] })
  assert.equal(await coupling.pass(30), 30)
  assert.deepEqual(told, ['5 page 2', '10 platform', '10 page 1', '10 page 2', '20 page 1', '30 platform', 'release', 'release'])
})

test('a timer that arms another one at its instant is followed by it', async () => {
  const { told, coupling } = world({ pages: [[{ due: 10, then: () => [{ due: 10 }, { due: 11 }] }]] })
  await coupling.pass(10)
  assert.deepEqual(told, ['10 page 1', '10 page 1', 'release'])
})

test('no time at all fires what is due now', async () => {
  const { told, coupling } = world({ pages: [[0]] })
  await coupling.pass(0)
  assert.deepEqual(told, ['0 page 1', 'release'])
})

test('timers without end at one instant are an error that names the next one', async () => {
  const endless = () => [{ due: 10, then: endless }]
  const { told, coupling } = world({ pages: [endless()] })
  await assert.rejects(coupling.pass(10), /more than 10000 timers fired at 0.010 s, without an end: next comes setTimeout\(again\)/)
  // The page is not left standing.
  assert.equal(told.at(-1), 'release')
})

test('what never settles is an error that says what is under way', async (t) => {
  const waiting = { ...QUIET, waiting: 1, what: ['GET /v2.0/auth/mk_token'], now: 0, next: null }
  const window = { state: async () => waiting, moveTo: async () => {}, release: async () => {} }
  const served = { state: async () => ({ clock: { now: 0, next: null, held: [] }, sockets: [] }) }
  // Its patience is real time, of which this test gives it all at once.
  const begun = performance.now()
  let looks = 0
  t.mock.method(performance, 'now', () => begun + 1000 * looks++)
  await assert.rejects(new Coupling(served, () => [window]).settle(),
    /do not come to rest within 10 s: requests and handshakes without an answer, or with one that is being read are 1, not 0; the pages wait for GET \/v2.0\/auth\/mk_token/)
})

test('requests that the platform holds do not count as unrest, and neither are sockets of which all frames are seen', async () => {
  const page = { ...QUIET, waiting: 1, now: 0, next: null, sockets: { connecting: 1, open: 1, closing: 0, sent: 3, received: 2 } }
  const held = [{ due: 5000 }, { due: null }, { due: 0 }]
  const sockets = [{ state: 'open', framesIn: 3, framesOut: 2 }, { state: 'opening', framesIn: 0, framesOut: 1 }]
  const served = { state: async () => ({ clock: { now: 0, next: null, held }, sockets }) }
  const { platform } = await new Coupling(served, () => [{ state: async () => page }]).settle()
  assert.equal(platform.sockets, sockets)
})

test('a platform that is reset begins again, and pages go on from where they are', async () => {
  const { told, reset, coupling } = world({ platform: [10], pages: [[20, 45, 60]] })
  assert.equal(await coupling.pass(40), 40)
  reset()
  assert.equal(await coupling.pass(10), 50)
  assert.equal(await coupling.pass(10), 60)
  assert.deepEqual(told.filter((what) => what !== 'release'), ['10 platform', '20 page 1', '45 page 1', '10 platform', '60 page 1'])
})

test('a body that the platform holds back does not count as unrest, and one that has come is, until it is read', async () => {
  const page = { ...QUIET, bodies: 1, now: 0, next: null }
  const served = { state: async () => ({ clock: { now: 0, next: 5000, held: [{ due: 5000 }] }, sockets: [] }) }
  const { pages } = await new Coupling(served, () => [{ state: async () => page }]).settle()
  assert.equal(pages.length, 1)
  let looks = 0
  const here = { state: async () => ({ ...page, bodies: looks++ < 3 ? 1 : 0 }) }
  await new Coupling({ state: async () => ({ clock: { now: 0, next: null, held: [] }, sockets: [] }) }, () => [here]).settle()
  assert.equal(looks, 4)
})

test('a script beside the platform is waited for', async () => {
  let looks = 0
  const served = { state: async () => ({ clock: { now: 0, next: null, held: [] }, sockets: [], script: { busy: looks++ < 3 } }) }
  await new Coupling(served, () => []).settle()
  assert.equal(looks, 4)
})
