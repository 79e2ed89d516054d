// What an application meets, as its own tests would try it.
import { banner, expect, login, problem, state, test } from './test.mjs'

test.use({ kandy: { clock: 'manual' } })

test('login', async ({ page, kandy }) => {
  const alice = await kandy.addUser()
  await page.goto('/')
  await login(page, alice)
  await expect(state(page)).toHaveText('Online')
  await expect(alice).toBeConnected()
})

test('a wrong password', async ({ page, kandy }) => {
  const alice = await kandy.addUser()
  await page.goto('/')
  await login(page, { ...alice, password: 'wrong' })
  await expect(problem(page)).toContainText('There was an error connecting')
  await expect(alice).toHaveRequested('mk_token', { status: 401, times: 1 })
  await expect(alice).toHaveNoRequest('subscribe')
})

test('the platform is busy, and then it is not', async ({ page, kandy }) => {
  const alice = await kandy.addUser()
  await kandy.fail('mk_token', { status: 503, times: 1 })
  await page.goto('/')
  await login(page, alice)
  await expect(problem(page)).toBeVisible()
  await login(page, alice)
  await expect(state(page)).toHaveText('Online')
  await expect(problem(page)).toBeHidden()
})

test('a connection is cut, and comes back', async ({ page, kandy }) => {
  const alice = await kandy.addUser()
  await page.goto('/')
  await login(page, alice)
  await alice.connected()
  await kandy.fail('websocket', { refuse: true, times: 1 })
  const cut = await alice.cut()
  await expect(banner(page)).toBeVisible()
  await kandy.clock.pass('4999ms')
  await expect(banner(page)).toBeVisible()
  await kandy.clock.pass(1)
  await expect(banner(page)).toBeHidden()
  await expect(alice).toBeConnected()
  await expect(alice).toHaveNoRequest('subscribe', { since: cut })
})

test('a connection is lost for good', async ({ page, kandy }) => {
  const alice = await kandy.addUser()
  await page.goto('/')
  await login(page, alice)
  await alice.connected()
  await kandy.offline()
  await kandy.clock.pass('19s')
  await expect(banner(page)).toBeVisible()
  await kandy.clock.pass('1s')
  await expect(problem(page)).toContainText('could not be restored')
  await expect(state(page)).toHaveText('Signed out')
})

test('an hour, in which the token is refreshed', async ({ page, kandy }) => {
  const alice = await kandy.addUser({ tokenLifetime: '1h' })
  await page.goto('/')
  await login(page, alice)
  const socket = await alice.connected()
  await kandy.clock.pass('1h')
  await expect(state(page)).toHaveText('Online')
  await expect(alice).toHaveRequested('refresh_token', { status: 200, times: 1 })
  await expect(alice).toHaveRequested('resubscribe', { status: 200, times: 2 })
  expect((await alice.sockets()).map(({ id }) => id)).toEqual([socket.id])
  expect((await alice.sockets())[0].pings).toBe(121)
})

test('a socket is closed for good', async ({ page, kandy }) => {
  const alice = await kandy.addUser()
  await page.goto('/')
  await login(page, alice)
  await alice.connected()
  await alice.close(1000)
  await expect(problem(page)).toContainText('could not be restored')
  await expect(alice).not.toBeConnected()
})

test('the subscription is gone', async ({ page, kandy }) => {
  const alice = await kandy.addUser()
  await page.goto('/')
  await login(page, alice)
  await alice.connected()
  await alice.gone()
  await expect(problem(page)).toContainText('Somebody else has ended it')
  await expect(state(page)).toHaveText('Signed out')
})

test('logout while the platform is offline', async ({ page, kandy }) => {
  const alice = await kandy.addUser()
  await page.goto('/')
  await login(page, alice)
  await alice.connected()
  await kandy.offline()
  await expect(banner(page)).toBeVisible()
  await page.getByRole('button', { name: 'Log out' }).click()
  await expect(state(page)).toHaveText('Signed out')
})

test('a slow platform', async ({ page, kandy }) => {
  const alice = await kandy.addUser()
  await kandy.latency('2s')
  await page.goto('/')
  await login(page, alice)
  await kandy.clock.pass('5999ms')
  await expect(state(page)).toHaveText('One moment…')
  await kandy.clock.pass(1)
  await expect(state(page)).toHaveText('Online')
})

test('a login that is never answered', async ({ page, kandy }) => {
  const alice = await kandy.addUser()
  await kandy.fail('mk_token', { hang: true })
  await page.goto('/')
  await login(page, alice)
  await kandy.clock.pass('15s')
  await expect(problem(page)).toHaveText('The server does not answer.')
})

test('a message comes', async ({ page, kandy }) => {
  const alice = await kandy.addUser()
  await page.goto('/')
  await login(page, alice)
  await alice.connected()
  await alice.send({ notificationMessage: { eventType: 'IM', text: 'Hello, Alice' } })
  await expect(page.getByRole('listitem')).toHaveText('Hello, Alice')
})

test('two tabs, of which one loses its connection', async ({ page, context, kandy }) => {
  const alice = await kandy.addUser()
  const other = await context.newPage()
  for (const [index, tab] of [page, other].entries()) {
    await tab.goto('/')
    await login(tab, alice)
    await alice.connected({ sockets: index + 1 })
  }
  const [, second] = await alice.sockets()
  await kandy.fail('websocket', { refuse: true, times: 1 })
  await second.cut()
  await expect(banner(other)).toBeVisible()
  await expect(banner(page)).toBeHidden()
  await kandy.clock.pass('5s')
  await expect(banner(other)).toBeHidden()
  expect(await alice.sockets()).toHaveLength(2)
})
