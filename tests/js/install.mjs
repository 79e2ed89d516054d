// Puts the package where the tests import it from: a copy, as an installation is one, so that it finds its peers. It fails
// where the tests have not what they need.
import { cpSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { program } from './chromium.config.mjs'

if (Number.parseInt(process.versions.node) < 20) throw new Error('this is not Node 20 or later')
if (program === undefined) throw new Error('there is no Chromium')
await Promise.all(['@playwright/test', 'typescript', 'vitest', 'ws'].map((name) => import(name)))

const from = fileURLToPath(new URL('../../client/npm', import.meta.url))
const to = fileURLToPath(new URL('node_modules/kandy-harness', import.meta.url))
rmSync(to, { recursive: true, force: true })
cpSync(from, to, { recursive: true })
