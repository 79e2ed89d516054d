'use strict'

const { installTimers } = require('./timers.js')
const { installTraffic } = require('./traffic.js')

/** Under which name a window holds its agent. */
const AGENT = 'kandy-harness.agent'

/**
 * What a page runs before anything of its own: the configuration is put where the application looks for it, and, with a manual
 * clock, timers and traffic are taken over. The function is sent to pages as its text.
 *
 * @param {object} window The global object.
 * @param {object} settings What there is to hand over.
 * @param {Function} installTimers See `timers.js`.
 * @param {Function} installTraffic See `traffic.js`.
 */
function installAgent(window, settings, installTimers, installTraffic) {
  const key = Symbol.for(settings.key)
  if (window[key]) return
  const agent = { hasReadConfig: false }
  Object.defineProperty(window, key, { value: agent })
  let config = settings.config
  Object.defineProperty(window, settings.configName, {
    configurable: true,
    enumerable: true,
    get() {
      agent.hasReadConfig = true
      return config
    },
    set(value) { config = value }
  })
  if (!settings.isManual) return

  const tick = (() => {
    const channel = new MessageChannel()
    const waiting = []
    channel.port1.onmessage = () => waiting.shift()()
    return () => new Promise((resolve) => {
      waiting.push(resolve)
      channel.port2.postMessage(0)
    })
  })()
  // The traffic measures its patience with the real clock, so it comes first.
  const traffic = installTraffic(window, settings.platform)
  const timers = installTimers(window, { now: settings.now, epoch: settings.epoch })

  // How many tasks a page gets to go on by itself before it is asked again.
  const TASKS = 20
  Object.assign(agent, {
    async state() {
      let seen
      for (let task = 0; task < TASKS; task += 1) {
        await tick()
        seen = { ...timers.state(), ...traffic.state(), hasReadConfig: agent.hasReadConfig }
        if (seen.reading + seen.bodies + seen.elsewhere === 0 && (!seen.isDue || seen.isDriven)) break
      }
      return seen
    },
    /** The time at which this page begins, where it is not that of the first one. */
    begin: (time) => timers.begin(time),
    moveTo: (time) => timers.moveTo(time),
    fire() {
      timers.fire()
      return agent.state()
    },
    release: () => timers.release(),
    describe: () => timers.describe()
  })
}

/** The agent as the text of a script for pages. */
function agentScript(settings) {
  const given = JSON.stringify({ ...settings, key: AGENT })
  return `(${installAgent})(globalThis, ${given}, ${installTimers}, ${installTraffic})`
}

/** What a page runs behind it that is opened later. */
function beginScript(time) {
  return `globalThis[Symbol.for(${JSON.stringify(AGENT)})]?.begin?.(${time})`
}

module.exports = { AGENT, agentScript, beginScript }
