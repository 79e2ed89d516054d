// An hour in the browser is the hour of the simulated world: the same requests, answers, sockets and frames at the same instants.
import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { findBinary } from 'kandy-harness'
import { expect, login, state, test } from './test.mjs'

test.use({ kandy: { clock: 'manual' } })

// The user whom `serve` has by default, so that addresses are alike.
const ALICE = { name: 'alice@example.com', password: 's3cret' }
const SCRIPT = `// An hour of being connected.
platform.addUser("${ALICE.name}", "${ALICE.password}");
let kandy = create();
kandy.connect(#{ username: "${ALICE.name}", password: "${ALICE.password}" });
waitUntil(|| kandy.getConnection().isConnected);
advance("1h");
`

// Steps of any size and in any order come to the same.
for (const steps of [['1h'], ['30m', '30m'], ['1ms', '54m 59s 999ms', '5m'], Array(12).fill('5m')]) {
  test(`an hour in ${steps.length} steps of ${[...new Set(steps)].join(' and ')}`, async ({ page, kandy }, testInfo) => {
    // The journal counts pings, and does not tell when each came.
    await page.addInitScript(() => {
      const [begin, { send }] = [Date.now(), WebSocket.prototype]
      window.sent = []
      WebSocket.prototype.send = function (text) {
        window.sent.push(`${Date.now() - begin} ${text}`)
        return send.call(this, text)
      }
    })
    await page.goto('/')
    await login(page, ALICE)
    await kandy.user(ALICE.name).connected()
    for (const step of steps) await kandy.clock.pass(step)
    await expect(state(page)).toHaveText('Online')
    const { records } = await kandy.journal({ since: 0, limit: 10_000 })
    const sim = await ofSim(testInfo.outputDir)
    expect(ofJournal(records)).toEqual(sim.requests)
    expect(await page.evaluate(() => window.sent)).toEqual(sim.frames)
    // None was lost on its way.
    expect((await kandy.sockets())[0].framesIn).toBe(sim.frames.length)
  })
}

/** What a run in the simulated world has recorded. */
async function ofSim(folder) {
  const [script, report] = [`${folder}.rhai`, `${folder}.json`]
  await writeFile(script, SCRIPT)
  await promisify(execFile)(findBinary(), ['run', script, '--report', `json=${report}`])
  const { cases: [{ records }] } = JSON.parse(await readFile(report, 'utf8'))
  const asked = new Map(records.filter(({ kind }) => kind === 'request').map(({ number, detail }) => [number, detail]))
  const requests = records.flatMap(({ at, kind, title, number, detail }) => {
    const time = Math.round(at * 1000)
    if (kind === 'reply') return [`${time} ${asked.get(number).method} ${asked.get(number).url} ${detail.status}`]
    if (kind === 'handshake') return [detail.url ? `${time} GET ${detail.url} 101` : `${time} ${title.split(' ')[1]}`]
    return []
  })
  const frames = records.filter(({ kind }) => kind === 'pings').flatMap(({ at, detail: { count, until } }) => {
    // A count of pings is of such as come at one interval.
    const every = count > 1 ? (until - at) / (count - 1) : 0
    return Array.from({ length: count }, (_, index) => `${Math.round((at + index * every) * 1000)} {"message_type":"ping"}`)
  })
  return { requests, frames }
}

/** The same of the journal of a platform that is served. */
function ofJournal(records) {
  return records.flatMap(({ time, kind, method, path, query, answered }) => {
    const asked = Object.entries(query ?? {}).map(([name, value]) => `${name}=${value}`).join('&')
    if (kind === 'request' || kind === 'upgrade') return [`${time} ${method} ${path}${asked && `?${asked}`} ${answered}`]
    if (kind === 'opened') return [`${time} open`]
    return kind === 'closed' ? [`${time} closed`] : []
  })
}
