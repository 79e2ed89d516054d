// The application's side of a session without a browser. The environment is that of the command line.
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { runInThisContext } from 'node:vm'
import { WebSocket } from 'ws'
import { test as base, expect } from 'kandy-harness/vitest'

const test = base.extend({ kandyOptions: { clock: 'manual' } })

globalThis.window ??= globalThis
globalThis.navigator ??= { userAgent: 'node' }
globalThis.localStorage ??= { getItem: () => null, setItem: () => {}, removeItem: () => {} }
// What Node 20 does not have, and what the environments have in forms of their own.
globalThis.WebSocket = WebSocket
// The tests run in the folder of the configuration.
const STAND_IN = resolve('../../scenarios/src/serve/pages/stand-in.js')
const SDK = process.env.KANDY_SDK_DIR ? join(process.env.KANDY_SDK_DIR, 'kandy.js') : STAND_IN
runInThisContext(readFileSync(SDK, 'utf8'), SDK)

function create() {
  const kandy = globalThis.Kandy.create(globalThis.kandyConfig)
  const events = []
  for (const type of ['auth:change', 'auth:error']) kandy.on(type, ({ reason } = {}) => events.push(reason ?? type))
  return { kandy, events }
}

test('an hour, in which the token is refreshed', async ({ kandy: platform }) => {
  const alice = await platform.addUser()
  const { kandy } = create()
  kandy.connect({ username: alice.name, password: alice.password })
  await platform.clock.settle()
  await expect(alice).toBeConnected()
  await platform.clock.pass('1h')
  expect(kandy.getConnection().isConnected).toBe(true)
  await expect(alice).toHaveRequested('refresh_token', { status: 200, times: 1 })
  await expect(alice).toHaveRequested('resubscribe', { status: 200, times: 2 })
  const [{ pings }] = await alice.sockets()
  expect(pings).toBe(121)
  expect((await alice.requests({ point: 'refresh_token' }))[0].time).toBe(3_300_000)
})

test('a connection is lost for good', async ({ kandy: platform }) => {
  const alice = await platform.addUser()
  const { kandy, events } = create()
  kandy.connect({ username: alice.name, password: alice.password })
  await platform.clock.settle()
  await platform.offline()
  await platform.clock.pass('19999ms')
  expect(kandy.getConnection().isConnected).toBe(true)
  await platform.clock.pass(1)
  expect(events.at(-1)).toBe('LOST_CONNECTION')
})

test('a login that is never answered', async ({ kandy: platform }) => {
  const alice = await platform.addUser()
  await platform.fail('mk_token', { hang: true })
  const { kandy } = create()
  kandy.connect({ username: alice.name, password: alice.password })
  await platform.clock.pass('10m')
  expect(kandy.getConnection().isPending).toBe(true)
  await expect(alice).toHaveNoRequest('subscribe')
})
