// A test that fails, in Vitest. `node/vitest.test.mjs` looks at what is told of it.
import { expect, test } from 'kandy-harness/vitest'

test('a request is missing', async ({ kandy }) => {
  const alice = await kandy.addUser()
  await kandy.mark('here')
  await expect(alice).toHaveRequested('refresh_token', { timeout: 20 })
})

test('the server crashes, and the test does not notice', async ({ kandy }) => {
  process.kill(kandy.server.child.pid, 'SIGKILL')
  await kandy.server.ended
})
