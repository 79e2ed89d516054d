'use strict'

const { compileFunction } = require('node:vm')
const { expect: baseExpect, test: baseTest } = require('@playwright/test')
const { Coupling } = require('./coupling.js')
const { KandyError } = require('./error.js')
const { whatHappened } = require('./happened.js')
const { matchers } = require('./matchers.js')
const { AGENT, agentScript, beginScript } = require('./page/agent.js')
const USUAL = require('./disturbances.js')
const { connect, start } = require('./start.js')

/** Where an application finds the configuration, unless it is told otherwise. */
const CONFIG_NAME = 'kandyConfig'
/** Loopback has several names, and a page may use any of them. */
const LOOPBACK = ['127.0.0.1', 'localhost', '[::1]']

/** The kind of the annotation that says what goes wrong in a test. */
const DISTURBANCE = 'disturbance'

/** The platform of the test that runs in this worker. */
let current

const test = withOptions(
  baseTest
    .extend({ kandyOptions: [{}, { option: true }], kandy: [{}, { option: true }] })
    .extend({
      kandy: async ({ kandy: configured, kandyOptions, context }, use, testInfo) => {
        const { configName = CONFIG_NAME, url, token, ...options } = { ...configured, ...kandyOptions }
        const schedule = testInfo.annotations.find(({ type }) => type === DISTURBANCE)?.description
        const own = schedule === undefined ? options : { ...options, schedule }
        const kandy = url === undefined ? await start(own) : await connect({ url, token })
        try {
          const isManual = (await kandy.state({ limit: 0 })).clock.kind === 'manual'
          const pages = new Pages(kandy, configName, isManual)
          await pages.follow(context)
          kandy.follow = (other) => pages.follow(other)
          kandy.whyNobody = () => pages.whyNobody()
          current = kandy
          await use(kandy)
          const failure = kandy.server?.failure
          if (failure !== undefined || testInfo.status !== testInfo.expectedStatus) {
            for (const { name, ...what } of await whatHappened(kandy)) await testInfo.attach(name, what)
          }
          // A test that did not notice has passed for a wrong reason.
          if (failure !== undefined && testInfo.status === testInfo.expectedStatus) throw failure
        } finally {
          current = undefined
          await kandy.stop()
        }
      }
    })
)

const expect = baseExpect.extend(matchers)

/**
 * `test.use({ kandy: { .. } })` gives options, and `({ kandy }) => ..` takes the platform: one name for both. And each step is
 * a mark in the transcript.
 */
function withOptions(test) {
  const { use, extend, step } = test
  test.use = ({ kandy, ...fixtures }) => use.call(test, kandy === undefined ? fixtures : { ...fixtures, kandyOptions: kandy })
  test.extend = (...given) => withOptions(extend.apply(test, given))
  const marked = (step) => async (title, body, options) => {
    if (current !== undefined) await current.mark(title)
    return step.call(test, title, body, { location: callerOf(), ...options })
  }
  test.step = Object.assign(marked(step), { skip: step.skip, fail: step.fail })
  test.explore = (title, ...given) => explore(test, title, ...given)
  return test
}

/**
 * Declares a test once undisturbed, and once for each thing that can go wrong at its platform. One whose moment does not come is
 * skipped: it has not passed.
 */
function explore(test, title, ...given) {
  const body = given.pop()
  const { disturbances = USUAL, annotation = [], ...details } = given.pop() ?? {}
  const declare = declaredAt(callerOf())
  declare(test, title, { ...details, annotation }, body)
  for (const disturbance of disturbances) {
    const told = [annotation, { type: DISTURBANCE, description: disturbance }].flat()
    declare(test, `${title}: ${disturbance}`, { ...details, annotation: told }, disturbed(body))
  }
}

/** A test is where its declaration is called, by which it is chosen and told: here that is done as if it stood somewhere else. */
function declaredAt(location) {
  const { file, line, column } = location ?? { file: __filename, line: 1, column: 1 }
  const at = { filename: file, lineOffset: line - 1, columnOffset: column - 1 }
  return compileFunction('test(title, details, body)', ['test', 'title', 'details', 'body'], at)
}

/** A test that is skipped in the end if nothing went wrong in it. */
function disturbed(body) {
  const wrapped = async (fixtures, testInfo) => {
    if (fixtures.kandy === undefined) throw new KandyError('a test that is explored takes `kandy`', { help: 'write ({ page, kandy }) => ..' })
    await body(fixtures, testInfo)
    const missing = await fixtures.kandy.notReached()
    testInfo.skip(missing.length > 0, `not reached: ${missing.join('; ')}`)
  }
  // Playwright reads there which fixtures a test takes.
  wrapped.toString = () => body.toString()
  return wrapped
}

/** The pages of a test. */
class Pages {
  constructor(kandy, configName, isManual) {
    this.kandy = kandy
    this.configName = configName
    this.isManual = isManual
    this.contexts = []
    this.begin = []
    if (isManual) kandy.clock.coupling = new Coupled(kandy, this)
  }

  /** Hands the configuration to all pages of a context, and, with a manual clock, takes their timers over. */
  async follow(context) {
    const { hostname, port } = new URL(this.kandy.url)
    const hosts = LOOPBACK.includes(hostname) ? LOOPBACK : [hostname]
    const now = this.isManual ? await this.kandy.clock.now() : 0
    const { config } = this.kandy
    const settings = { config, configName: this.configName, isManual: this.isManual, now, epoch: Date.now() - now, platform: { hosts, port } }
    await context.addInitScript({ content: agentScript(settings) })
    this.contexts.push(context)
  }

  /** Pages that are opened from now on begin at this time. */
  async beginAt(time) {
    const former = this.begin
    this.begin = await Promise.all(this.contexts.map((context) => context.addInitScript({ content: beginScript(time) })))
    // Playwright before 1.60 has nothing that takes a script back; an older one does no harm.
    await Promise.all(former.map((script) => script?.dispose?.()))
  }

  /** Every frame, oldest page first. */
  windows() {
    return this.contexts.flatMap((context) => context.pages()).flatMap((page) => page.frames()).map((frame) => new FrameWindow(frame))
  }

  async whyNobody() {
    const seen = await Promise.all(this.windows().map((window) => window.hasReadConfig()))
    if (seen.length === 0) return 'there is no page'
    if (seen.every((has) => !has)) {
      return `no page has read \`window.${this.configName}\`: does it load Kandy.js, and give that to \`create\`?`
    }
    return 'a page has read the configuration: does it call `connect`?'
  }
}

/** The clocks of the pages of a test and of its platform. */
class Coupled extends Coupling {
  constructor(kandy, pages) {
    super({ state: () => kandy.state(), advanceTo: (to) => kandy.control.act('advance', { to }) }, () => pages.windows())
    this.pagesOfTest = pages
  }

  async pass(by) {
    const now = await super.pass(by)
    await this.pagesOfTest.beginAt(now)
  }
}

/** A frame of a page, as the coupling sees it. */
class FrameWindow {
  constructor(frame) {
    this.frame = frame
  }

  state() {
    return this.ask((key) => window[Symbol.for(key)]?.state?.(), AGENT)
  }

  fire() {
    return this.ask((key) => window[Symbol.for(key)]?.fire?.(), AGENT)
  }

  moveTo(time) {
    return this.ask(([key, time]) => window[Symbol.for(key)]?.moveTo?.(time), [AGENT, time])
  }

  release() {
    return this.ask((key) => window[Symbol.for(key)]?.release?.(), AGENT)
  }

  async describe() {
    return (await this.ask((key) => window[Symbol.for(key)]?.describe?.(), AGENT)) ?? 'none'
  }

  hasReadConfig() {
    return this.ask((key) => window[Symbol.for(key)]?.hasReadConfig === true, AGENT)
  }

  /** Asks the frame's agent. Of a frame that has gone, or is going elsewhere, there is nothing to ask. */
  async ask(question, given) {
    try {
      return await this.frame.evaluate(question, given)
    } catch (error) {
      if (/closed|destroyed|detached|navigat|crashed/i.test(String(error))) return undefined
      throw error
    }
  }
}

/** Where the caller of our caller stands, for reports. */
function callerOf() {
  const holder = {}
  Error.captureStackTrace(holder, callerOf)
  const line = String(holder.stack).split('\n').slice(1).find((line) => !line.includes(__filename))
  const found = line && /(?:\(|at )((?:file:\/\/)?[^()]+):(\d+):(\d+)\)?$/.exec(line)
  if (!found) return undefined
  const file = found[1].startsWith('file://') ? require('node:url').fileURLToPath(found[1]) : found[1]
  return { file, line: Number(found[2]), column: Number(found[3]) }
}

module.exports = { KandyError, expect, test }
