// Tests that fail, each in its own way. `playwright/failures.spec.mjs` looks at what is told of them.
import { expect, login, state, test } from '../playwright/test.mjs'

test.use({ kandy: { clock: 'manual' } })
test.describe.configure({ timeout: 30_000 })
const soon = { timeout: 200 }

test('a check fails', async ({ page, kandy }) => {
  const alice = await kandy.addUser()
  await kandy.fail('subscribe', { status: 503 })
  await page.goto('/')
  await test.step('she tries to log in', () => login(page, alice))
  await kandy.waitFor('subscribe', { since: 0 })
  await expect(state(page)).toHaveText('Online', soon)
})

test('a request is missing', async ({ kandy }) => {
  const alice = await kandy.addUser()
  await expect(alice).toHaveRequested('refresh_token', { status: 200, times: 1, ...soon })
})

test('a request is too many', async ({ page, kandy }) => {
  const alice = await kandy.addUser()
  await page.goto('/')
  await login(page, { ...alice, password: 'wrong' })
  await kandy.waitFor('mk_token', { since: 0 })
  await expect(alice).toHaveNoRequest('mk_token')
})

test('a request that is not to be there', async ({ page, kandy }) => {
  const alice = await kandy.addUser()
  await page.goto('/')
  await login(page, alice)
  await alice.connected()
  await expect(alice).not.toHaveRequested('subscribe')
})

test('the server crashes', async ({ kandy }) => {
  process.kill(kandy.server.child.pid, 'SIGKILL')
  await kandy.server.ended
  await kandy.offline()
})

test('the server crashes, and the test does not notice', async ({ kandy }) => {
  process.kill(kandy.server.child.pid, 'SIGKILL')
  await kandy.server.ended
})

test('the page never loads the SDK', async ({ page, kandy }) => {
  const alice = await kandy.addUser()
  await page.route('**/*.js', (route) => route.abort())
  await page.goto('/')
  await alice.connected(soon)
})
