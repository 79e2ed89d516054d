import { expect, test as base, vi } from 'vitest'
import coupling from './coupling.js'
import error from './error.js'
import happened from './happened.js'
import matching from './matchers.js'
import counting from './page/traffic.js'
import starting from './start.js'
import local from './window.js'

export const { KandyError } = error
export { expect }

/** What is faked: whatever tells or waits for the time, and nothing that a test needs to go on. */
const FAKED = ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date']
const LOOPBACK = ['127.0.0.1', 'localhost', '[::1]']

expect.extend(matching.matchers)

export const test = base.extend({
  kandyOptions: {},
  kandy: async ({ kandyOptions, task }, use) => {
    const { configName = 'kandyConfig', ...options } = kandyOptions
    const kandy = await starting.start(options)
    const release = options.clock === 'manual' ? takeOver(kandy) : () => {}
    globalThis[configName] = kandy.config
    try {
      await use(kandy)
      if (task.result?.state === 'fail') attach(task, await happened.whatHappened(kandy))
    } finally {
      delete globalThis[configName]
      release()
      await kandy.stop()
    }
    if (kandy.server.failure) throw kandy.server.failure
  }
})

/**
 * Vitest takes no attachment once a test has failed. So what happened is in `task.meta`, for reporters, and the first of it, the
 * transcript, ends the message of the failure.
 */
function attach(task, happened) {
  task.meta.kandy = Object.fromEntries(happened.map(({ name, body }) => [name, body]))
  const [{ name, body }] = happened
  const failed = task.result.errors?.at(-1)
  if (failed === undefined) return
  const told = `${failed.message}\n\n${name}:\n${body}`
  // Some reporters show the one, and some the other.
  failed.stack = failed.stack?.replace(failed.message, () => told)
  failed.message = told
}

/** Couples the time of this process with that of the platform. */
function takeOver(kandy) {
  const { hostname, port } = new URL(kandy.url)
  const hosts = LOOPBACK.includes(hostname) ? LOOPBACK : [hostname]
  const traffic = counting.installTraffic(globalThis, { hosts, port, location: kandy.url })
  vi.useFakeTimers({ toFake: FAKED, now: Date.now() })
  const window = new local.LocalWindow(traffic, () => globalThis.setTimeout.clock)
  const platform = { state: () => kandy.state(), advanceTo: (to) => kandy.control.act('advance', { to }) }
  kandy.clock.coupling = new coupling.Coupling(platform, () => [window])
  return () => {
    vi.useRealTimers()
    traffic.uninstall()
  }
}
