// Runs the tests in tests/typescript or tests/browser: bundles each with the client's source, then `node --test`.
//
//     node tests/run.mjs typescript|browser [option of node ...]
import { spawnSync } from 'node:child_process'
import { readdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { bundle, root } from '../codegen/bundle.mjs'

const [suite, ...options] = process.argv.slice(2)
const source = path.join(path.dirname(fileURLToPath(import.meta.url)), suite)
const out = path.join(root, 'build', 'tests', suite)

bundle()
rmSync(out, { recursive: true, force: true })
await build({
  entryPoints: readdirSync(source)
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => path.join(source, name)),
  outdir: out,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  external: ['ws', 'playwright-core'],
  conditions: ['experience-plane-source'],
  sourcemap: true,
  logLevel: 'warning',
})
const tests = readdirSync(out).filter((name) => name.endsWith('.mjs'))
// A test that waits for what never comes fails instead of holding up the rest.
const node = ['--enable-source-maps', '--test', '--test-timeout=120000', ...options, ...tests.map((name) => path.join(out, name))]
process.exitCode = spawnSync(process.execPath, node, { cwd: root, stdio: 'inherit' }).status ?? 1
