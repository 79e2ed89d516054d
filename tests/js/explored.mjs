// The application explored by the program: both faults that can be planted in it are found, each by its smallest schedule, and
// without them the same runs end well. With KANDY_JS_EXPLORE=all it is all that can go wrong, in two minutes.
import { execFile } from 'node:child_process'
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium } from '@playwright/test'
import { findBinary } from 'kandy-harness'
import configuration from './chromium.config.mjs'

/** The faults, what of the families they are found by, and the smallest schedule that does so. */
const PLANTED = [
  { fault: 'banner', family: 'fails', smallest: 'handshake 2: fails' },
  { fault: 'login', family: 'lost', smallest: 'mk_token request 1: lost' }
]
const FAMILIES = ['lost', 'fails', 'twice', 'overtaken', 'late', 'answered', 'application', 'socket', 'ended', 'outage', 'push']
/** What all is to have, and how long it may take, in s. */
const [RUNS, SECONDS] = [60, 120]

const isAll = process.env.KANDY_JS_EXPLORE === 'all'
const browser = await chromium.launchServer(configuration.use.launchOptions)
const folder = mkdtempSync(join(tmpdir(), 'kandy-explored-'))
try {
  for (const { fault, family, smallest } of PLANTED) {
    const alone = FAMILIES.filter((other) => other !== family).flatMap((other) => ['--without', other])
    const { code, out } = await explore(fault, isAll ? alone : ['--at', smallest])
    assert.equal(code, 1, out)
    assert.match(out, /^FOUND .*$/m)
    assert.ok(out.includes('  the command fails (exit 1)'), out)
    if (isAll) assert.ok(out.includes(`    --at "${smallest}"\n`), out)
    const healthy = await explore('', ['--at', smallest])
    assert.equal(healthy.code, 0, healthy.out)
    assert.match(healthy.out, /^well /)
  }
  if (isAll) await exploreAll()
} finally {
  rmSync(folder, { recursive: true })
  await browser.close()
}

/** All of it, as far as two minutes go. */
async function exploreAll() {
  const { out } = await explore('', ['--budget', `${SECONDS}s`])
  const [, runs, seconds] = /messages, (\d+) runs, ([\d.]+) s$/m.exec(out) ?? assert.fail(out)
  console.log(out)
  assert.ok(Number(runs) >= RUNS, `${runs} runs in ${seconds} s`)
}

/** Explores the application's session with a fault planted in it. */
function explore(fault, options) {
  const command = ['node_modules/.bin/playwright', 'test', '--config', 'explored/playwright.config.mjs', 'command.spec']
  const words = ['explore', '--clock', 'manual', '--accepted', join(folder, 'accepted.explore'), ...options, '--', ...command]
  const env = { ...process.env, KANDY_PLANTED: fault, KANDY_BROWSER_ENDPOINT: browser.wsEndpoint(), NO_COLOR: '1' }
  return new Promise((ended) => {
    execFile(findBinary(), words, { env, maxBuffer: 1 << 26 }, (error, out, err) => ended({ code: error ? error.code : 0, out: out + err }))
  })
}
