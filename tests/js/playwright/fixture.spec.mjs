// What the fixture promises beside the platform itself.
import { mergeTests, test as base } from '@playwright/test'
import { test as ofPackage } from 'kandy-harness/playwright'
import { expect, login, state, test } from './test.mjs'

const now = (page) => page.evaluate(() => Date.now())

test.describe('with a manual clock', () => {
  test.use({ kandy: { clock: 'manual' } })

  test('pages that are opened later begin at the time of the others', async ({ page, context, kandy }) => {
    await page.goto('/')
    const begin = await now(page)
    await kandy.clock.pass('1h')
    await kandy.clock.pass('30m')
    const other = await context.newPage()
    await other.goto('/')
    expect(await now(page)).toBe(begin + 5_400_000)
    expect(await now(other)).toBe(begin + 5_400_000)
    await page.reload()
    expect(await now(page)).toBe(begin + 5_400_000)
    expect(await page.evaluate(() => performance.now())).toBe(5_400_000)
  })

  test('another context takes part, with another user', async ({ page, browser, baseURL, kandy }) => {
    const context = await browser.newContext({ baseURL })
    await kandy.follow(context)
    const other = await context.newPage()
    const users = [await kandy.addUser(), await kandy.addUser()]
    for (const [index, tab] of [page, other].entries()) {
      await tab.goto('/')
      await login(tab, users[index])
      await users[index].connected()
    }
    await kandy.clock.pass('30m')
    for (const user of users) await expect(user).toHaveRequested('resubscribe', { status: 200, times: 1 })
    await context.close()
  })

  test('a page goes on by itself while time stands still, and frames are drawn', async ({ page, kandy }) => {
    await page.goto('/')
    const seen = await page.evaluate(async () => {
      const begin = Date.now()
      await new Promise((resolve) => setTimeout(resolve, 0))
      await new Promise((resolve) => requestAnimationFrame(resolve))
      return Date.now() - begin
    })
    expect(seen).toBe(0)
    const later = page.evaluate(() => new Promise((resolve) => setTimeout(() => resolve(Date.now()), 60_000)))
    const begin = await now(page)
    await kandy.clock.pass('1m')
    expect(await later).toBe(begin + 60_000)
  })

  test('after a reset the page goes on from where it is, in step with the platform', async ({ page, kandy }) => {
    await page.goto('/')
    await login(page, await kandy.addUser())
    const begin = await now(page)
    await kandy.clock.pass('1h')
    await kandy.reset()
    expect(await kandy.clock.now()).toBe(0)
    await page.reload()
    const again = await kandy.addUser()
    await login(page, again)
    await again.connected()
    await kandy.clock.pass('45m')
    expect(await now(page)).toBe(begin + 6_300_000)
    const [renewal] = await again.requests({ point: 'resubscribe' })
    expect(renewal.time).toBe(1_800_000)
  })

  const slowly = [[{ lateBody: '5s' }, 5000], [{ drip: 40 }, 2000], [{ lateBody: '2s', drip: 100, delay: '1s' }, 4000]]
  for (const [how, whole] of slowly) {
    test(`a login whose body comes slowly: ${JSON.stringify(how)}`, async ({ page, kandy }) => {
      const alice = await kandy.addUser()
      await kandy.fail('mk_token', how)
      await page.goto('/')
      await login(page, alice)
      await alice.waitFor('mk_token', { since: 0 })
      await kandy.clock.settle()
      const { clock: { held, next } } = await kandy.state()
      expect([held.length, held[0].due]).toEqual([1, next])
      await kandy.clock.pass('1m')
      await expect(state(page)).toHaveText('Online')
      const [{ time }] = await alice.requests({ point: 'subscribe' })
      expect(time).toBe(whole)
    })
  }

  test('a page that asks elsewhere is waited for', async ({ page, kandy }) => {
    await page.goto('/')
    await page.evaluate(() => {
      setTimeout(async () => {
        const answer = await fetch('/app.js')
        await answer.text()
        window.read = Date.now()
      }, 1000)
    })
    const begin = await now(page)
    await kandy.clock.pass('2s')
    expect(await page.evaluate(() => window.read)).toBe(begin + 1000)
  })
})

test.describe('with the real clock', () => {
  test.use({ kandy: { configName: 'settings' } })

  test('nothing of a page is touched but for the configuration, under its name', async ({ page, kandy }) => {
    await page.goto('/')
    const seen = await page.evaluate(() => ({ settings: window.settings, none: window.kandyConfig, text: String(setTimeout) }))
    expect(seen).toEqual({ settings: kandy.config, none: undefined, text: 'function setTimeout() { [native code] }' })
  })
})

test('a platform is of its test alone', async ({ page, kandy }) => {
  const alice = await kandy.addUser()
  await page.goto('/')
  await login(page, alice)
  await expect(state(page)).toHaveText('Online')
  expect((await kandy.state()).users.map(({ name }) => name)).toEqual(['alice@example.com', alice.name])
})

const merged = mergeTests(base, ofPackage)
merged.describe('behind mergeTests', () => {
  merged.use({ kandyOptions: { clock: 'manual' } })

  merged('the options have another name', async ({ kandy }) => {
    expect((await kandy.state()).clock.kind).toBe('manual')
  })
})
