import type {
  BrowserContext, Expect, PlaywrightTestArgs, PlaywrightTestOptions, PlaywrightWorkerArgs, PlaywrightWorkerOptions, TestDetails, TestInfo, TestType
} from '@playwright/test'
import type { Kandy, KandyError, StartOptions } from './index.js'
import type { KandyMatchers } from './matchers.js'

export { KandyError } from './index.js'

/** How the platform of a test is started, and how its pages find it. */
export interface KandyOptions extends StartOptions {
  /** Where in `window` the application finds the configuration: `kandyConfig` if it does not say. */
  configName?: string
  /**
   * A platform that is there already, in place of one of its own: that of `kandy-harness explore -- COMMAND`, or of `serve --`, by
   * `process.env.KANDY_URL`. `undefined` is one of its own.
   */
  url?: string
  /** The token of that one; `KANDY_CONTROL_TOKEN` of the environment if it does not say. */
  token?: string
}

/** What there is to say of a test that is explored. */
export interface ExploreDetails extends TestDetails {
  /** What goes wrong, one thing in each test; what can in a usual session if it does not say. */
  disturbances?: readonly string[]
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
  /**
   * Declares a test once undisturbed, and once for each thing that can go wrong at its platform: in its title, in an annotation
   * `disturbance`, and in `kandy.disturbance`. It takes `kandy`. One whose moment does not come is skipped.
   */
  explore(title: string, body: ExploredBody<T, W>): void
  explore(title: string, details: ExploreDetails, body: ExploredBody<T, W>): void
}

type ExploredBody<T, W> = (fixtures: Arguments & T & Workers & W, testInfo: TestInfo) => Promise<void> | void

/** Playwright's `test`, in which `kandy` is a platform for each test. Each `test.step` is a mark in the transcript. */
export const test: KandyTest

/** Playwright's `expect`, with matchers for users and for the platform. */
export const expect: Expect<{
  [Name in keyof KandyMatchers<unknown>]: (received: unknown, ...given: Parameters<KandyMatchers<unknown>[Name]>) => Promise<MatcherResult>
}>

type MatcherResult = { pass: boolean; message: () => string }
