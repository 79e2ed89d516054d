import type { TestAPI } from 'vitest'
import type { Kandy, StartOptions } from './index.js'
import type { KandyMatchers } from './matchers.js'

export { KandyError } from './index.js'
export { expect } from 'vitest'

/** How the platform of a test is started, and how the application finds it. */
export interface KandyOptions extends StartOptions {
  /** Where in `globalThis` the application finds the configuration: `kandyConfig` if it does not say. */
  configName?: string
}

export interface KandyFixtures {
  /** The platform of this test, which ends with it. With a manual clock the timers of the test are on its time. */
  kandy: Kandy
  /** `test.extend({ kandyOptions: { clock: 'manual' } })` */
  kandyOptions: KandyOptions
}

/** Vitest's `test`, in which `kandy` is a platform for each test. */
export const test: TestAPI<KandyFixtures>

declare module 'vitest' {
  interface Matchers<T = any> extends KandyMatchers<Promise<void>> {}
}
