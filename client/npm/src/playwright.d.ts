import type { BrowserContext, Expect, PlaywrightTestArgs, PlaywrightTestOptions, PlaywrightWorkerArgs, PlaywrightWorkerOptions, TestType } from '@playwright/test'
import type { Kandy, KandyError, StartOptions } from './index.js'
import type { KandyMatchers } from './matchers.js'

export { KandyError } from './index.js'

/** How the platform of a test is started, and how its pages find it. */
export interface KandyOptions extends StartOptions {
  /** Where in `window` the application finds the configuration: `kandyConfig` if it does not say. */
  configName?: string
}

/** The platform of a test. */
export interface KandyFixture extends Kandy {
  /** Hands the configuration to the pages of another context, and, with a manual clock, takes their timers over. */
  follow(context: BrowserContext): Promise<void>
}

export interface KandyFixtures {
  /** The platform of this test, which ends with it. */
  kandy: KandyFixture
  /** The options of `test.use({ kandy })`, where another name is needed: in the configuration, behind `mergeTests`. */
  kandyOptions: KandyOptions
}

type Arguments = PlaywrightTestArgs & PlaywrightTestOptions & KandyFixtures
type Workers = PlaywrightWorkerArgs & PlaywrightWorkerOptions
type Used = Parameters<TestType<Arguments, Workers>['use']>[0]

export type KandyTest<T = {}, W = {}> = TestType<Arguments & T, Workers & W> & {
  /** Options for the tests of this file or group. */
  use(fixtures: Omit<Used, 'kandy'> & { kandy?: KandyOptions }): void
}

/** Playwright's `test`, in which `kandy` is a platform for each test. Each `test.step` is a mark in the transcript. */
export const test: KandyTest

/** Playwright's `expect`, with matchers for users and for the platform. */
export const expect: Expect<{
  [Name in keyof KandyMatchers<unknown>]: (received: unknown, ...given: Parameters<KandyMatchers<unknown>[Name]>) => Promise<MatcherResult>
}>

type MatcherResult = { pass: boolean; message: () => string }
