// The declarations for Vitest.
import { expect, test as base } from 'kandy-harness/vitest'

const test = base.extend({ kandyOptions: { clock: 'manual' } })

test('fixtures are typed', async ({ kandy }) => {
  const alice = await kandy.addUser()
  await kandy.clock.pass('1h')
  await expect(alice).toHaveRequested('subscribe', { times: 1 })
  await expect(alice).not.toBeConnected()
  // @ts-expect-error: there is no such point.
  await expect(alice).toHaveRequested('subscrib')
})
