// What the declarations allow, and what they do not.
import { connect, findBinary, start, KandyError, type Kandy, type Since, type User } from 'kandy-harness'
import { expect, test } from 'kandy-harness/playwright'

export async function core(): Promise<void> {
  await using kandy: Kandy = await start({ clock: 'manual', limits: { journal: 100_000 } })
  const alice: User = await kandy.addUser({ tokenLifetime: '1h', services: ['call'] })
  const credentials: { name: string; password: string } = alice
  const { accessToken } = await kandy.issueToken(alice, { lifetime: 60_000 })
  const { count } = await alice.close(1000)
  const since: Since = await kandy.fail('subscribe', { status: 503, times: 2, user: alice })
  await alice.sendRaw(new Uint8Array([1]))
  await kandy.tokenLifetime(null)
  const path: string = findBinary()
  const port: number = (await connect()).config.authentication.websocket.port
  for (const request of await alice.requests({ since, point: 'resubscribe' })) console.log(request.method, request.answered)
  console.log(credentials, accessToken, count, path, port, new KandyError('x').help)

  // @ts-expect-error: there is no such option.
  await start({ clok: 'manual' })
  // @ts-expect-error: there is no such point.
  await kandy.fail('subscrib', { status: 503 })
  // @ts-expect-error: a fault has no such key.
  await kandy.fail('subscribe', { statuss: 503 })
  // @ts-expect-error: a close code is a number.
  await alice.close('1000')
  // @ts-expect-error: it takes no argument.
  await kandy.offline('now')
}

test.use({ kandy: { clock: 'manual', configName: 'settings' }, locale: 'de' })
// @ts-expect-error: there is no such clock.
test.use({ kandy: { clock: 'fast' } })

test.use({ kandy: { url: process.env.KANDY_URL } })
test.explore('a session', async ({ page, kandy }) => {
  const disturbance: string | undefined = kandy.disturbance
  await page.goto(disturbance ?? '/')
})
test.explore('some of it', { disturbances: ['mk_token request 1: lost'], tag: '@slow' }, async ({ kandy }, testInfo) => {
  console.log(testInfo.title, await kandy.notReached())
})
// @ts-expect-error: there is no such fixture.
test.explore('a session', async ({ nobody }) => console.log(nobody))

const more = test.extend<{ greeting: string }>({ greeting: async ({ kandy }, use) => use(kandy.url) })

more('fixtures are typed', async ({ page, context, kandy, greeting }) => {
  await page.goto(greeting)
  await kandy.follow(context)
  const alice = await kandy.addUser()
  await expect(page.getByText('Online')).toBeVisible()
  await expect(alice).toHaveRequested('subscribe', { times: 1, status: 200 })
  await expect(kandy).toHaveNoRequest('subscribe', { since: await kandy.mark('here') })
  await expect(alice).not.toBeConnected()
  // @ts-expect-error: there is no such point.
  await expect(alice).toHaveRequested('subscrib')
})
