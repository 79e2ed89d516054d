// Serves the application, with the SDK that it is tried with.
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'

const HERE = import.meta.dirname ?? new URL('.', import.meta.url).pathname
const STAND_IN = join(HERE, '../../../scenarios/src/serve/pages/stand-in.js')

const ofSdk = process.env.KANDY_SDK_DIR
const sdk = ofSdk ? ['kandy.js', 'kandy.uc.js', 'uc3.js'].map((name) => join(ofSdk, name)).find(existsSync) : STAND_IN
if (sdk === undefined) throw new Error(`KANDY_SDK_DIR is ${ofSdk}, where there is no kandy.js`)

/** Whether the application runs on the real SDK. */
export const isReal = sdk !== STAND_IN

const FILES = {
  '/': [join(HERE, 'index.html'), 'text/html'],
  '/app.js': [join(HERE, 'app.js'), 'text/javascript'],
  '/sdk.js': [sdk, 'text/javascript']
}

/** Serves it on any port. */
export async function serveApplication() {
  const server = createServer(async (request, response) => {
    const [file, type] = FILES[request.url.split('?')[0]] ?? []
    if (file === undefined) return response.writeHead(404).end()
    response.writeHead(200, { 'Content-Type': `${type}; charset=utf-8` }).end(await readFile(file))
  })
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening))
  return { url: `http://127.0.0.1:${server.address().port}`, close: () => server.close() }
}
