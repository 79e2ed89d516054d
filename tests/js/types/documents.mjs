// Each example in TypeScript of the documents is one for `tsc --strict`.
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const DOCUMENTS = ['README.md', 'docs/javascript.md', 'docs/install.md']
// Where it is found what the examples import, and never committed.
const FOLDER = fileURLToPath(new URL('../node_modules/.documents', import.meta.url))

rmSync(FOLDER, { recursive: true, force: true })
mkdirSync(FOLDER, { recursive: true })
let count = 0
for (const name of DOCUMENTS) {
  const text = readFileSync(new URL(`../../../${name}`, import.meta.url), 'utf8')
  for (const [, example] of text.matchAll(/^```ts\n([^]*?)^```$/gm)) {
    count += 1
    writeFileSync(`${FOLDER}/${name.replace(/\W/g, '-')}-${count}.mts`, `${example}export {}\n`)
  }
}
const { compilerOptions } = JSON.parse(readFileSync(new URL('tsconfig.json', import.meta.url), 'utf8'))
writeFileSync(`${FOLDER}/tsconfig.json`, JSON.stringify({ compilerOptions, include: ['*.mts'] }))
const tsc = fileURLToPath(new URL('../node_modules/typescript/bin/tsc', import.meta.url))
const { status } = spawnSync(process.execPath, [tsc, '--project', FOLDER], { stdio: 'inherit' })
console.log(`${count} examples`)
process.exit(count < 7 ? 1 : (status ?? 1))
