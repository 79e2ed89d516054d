// A session as the application's users have it, whatever goes wrong at the platform meanwhile.
import { banner, expect, login, problem, state } from '../playwright/test.mjs'

/** How often a user tries to sign in. */
const TRIES = 3

/** Signs in, loses the connection, and signs out. A fault may be planted in the application. */
export async function session({ page, kandy }) {
  const alice = await kandy.addUser()
  await page.goto(`/?planted=${process.env.KANDY_PLANTED ?? ''}`)
  await signIn(page, kandy, alice)
  await kandy.tell('cut', { user: alice.name })
  // Five attempts, and as many hours as any answer may be late.
  await kandy.clock.pass('1m')
  if ((await state(page).textContent()) !== 'Online') await signIn(page, kandy, alice)
  await expect(banner(page)).toBeHidden()
  await page.getByRole('button', { name: 'Log out' }).click()
  await kandy.clock.pass('20s')
}

/** As a user does it: again, if told that it has not worked. */
async function signIn(page, kandy, user) {
  for (let tries = 0; tries < TRIES; tries += 1) {
    await login(page, user)
    await kandy.clock.pass('16s')
    if ((await state(page).textContent()) === 'Online') return
    await expect(problem(page)).toBeVisible()
  }
  await expect(state(page)).toHaveText('Online')
}
