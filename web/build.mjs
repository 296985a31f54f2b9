// Builds everything static that the service serves, into impl/experience_plane/static/: the page, and the reference pages.
import { cpSync, mkdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const here = path.dirname(fileURLToPath(import.meta.url))
const root = path.dirname(here)
const target = path.join(root, 'impl', 'experience_plane', 'static')

rmSync(target, { recursive: true, force: true })
mkdirSync(target, { recursive: true })
await build({
  entryPoints: [path.join(here, 'src', 'app.ts')],
  outfile: path.join(target, 'app.js'),
  bundle: true,
  minify: true,
  format: 'esm',
  target: ['es2022'],
  conditions: ['experience-plane-source'],
  logLevel: 'warning',
})
for (const name of ['index.html', 'app.css']) cpSync(path.join(here, name), path.join(target, name))
cpSync(path.join(root, 'generated', 'docs'), path.join(target, 'docs'), { recursive: true })
