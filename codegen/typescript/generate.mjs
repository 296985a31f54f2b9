// Writes generated/typescript (the client) and generated/docs (the reference pages) from the contracts.
//
//     node codegen/typescript/generate.mjs             writes into generated/
//     node codegen/typescript/generate.mjs --out DIR   writes DIR/typescript and DIR/docs
//     node codegen/typescript/generate.mjs --check     writes nothing; exits 1 with a diff when generated/ is stale
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import { bundle, root } from '../bundle.mjs'
import { httpTypes, operations } from './http.mjs'
import { messages, senders } from './messages.mjs'
import { pages } from './pages/pages.mjs'
import { problems } from './problems.mjs'
import { protocol } from './protocol.mjs'

const HEADER =
  '// Generated from contracts/. DO NOT EDIT: change the contract or codegen/typescript/, then run `make generate`.\n'
const sources = path.join(path.dirname(fileURLToPath(import.meta.url)), 'client')

/** The files of the client that are the same whatever the contract says. */
function handWritten() {
  const files = {}
  for (const name of readdirSync(sources).sort()) {
    const text = readFileSync(path.join(sources, name), 'utf8')
    if (name.endsWith('.ts')) files[`typescript/src/${name}`] = `${HEADER}\n${text}`
    else files[`typescript/${name}`] = text
  }
  return files
}

async function generate() {
  const { openapi, asyncapi } = bundle()
  const registry = parse(readFileSync(path.join(root, 'contracts', 'problems.yaml'), 'utf8')).problems
  const typescript = {
    http: await httpTypes(openapi),
    operations: operations(openapi),
    messages: await messages(asyncapi),
    senders: senders(asyncapi),
    protocol: protocol(asyncapi),
    problems: problems(registry),
  }
  const files = handWritten()
  for (const [name, text] of Object.entries(typescript)) files[`typescript/src/${name}.ts`] = `${HEADER}\n${text}`
  for (const [name, text] of Object.entries(pages({ openapi, asyncapi, registry }))) files[`docs/${name}`] = text
  return files
}

/** Writes the files, after what was generated before: a file that the contract no longer asks for disappears. */
function write(files, out) {
  for (const stale of ['typescript/src', 'docs']) rmSync(path.join(out, stale), { recursive: true, force: true })
  for (const [name, text] of Object.entries(files)) {
    const target = path.join(out, name)
    mkdirSync(path.dirname(target), { recursive: true })
    writeFileSync(target, text)
  }
}

/** The paths below a folder that git would keep. */
function list(folder) {
  const ignored = new Set(['node_modules', 'dist'])
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .filter((name) => !name.split(path.sep).some((part) => ignored.has(part)))
}

function check(files) {
  const fresh = mkdtempSync(path.join(tmpdir(), 'generated-'))
  write(files, fresh)
  const there = ['typescript', 'docs'].flatMap((part) =>
    list(path.join(root, 'generated', part)).map((name) => path.join(part, name)),
  )
  const names = [...new Set([...there, ...Object.keys(files)])].sort()
  const stale = names.filter((name) => differs(path.join('generated', name), path.join(fresh, name)))
  rmSync(fresh, { recursive: true })
  if (stale.length > 0) console.error(`\n${stale.length} generated files are stale: run \`make generate\`.`)
  return stale.length === 0
}

function differs(committed, fresh) {
  const present = [committed, fresh].map((name) => {
    const known = spawnSync('test', ['-f', name], { cwd: root }).status === 0
    return known ? name : '/dev/null'
  })
  const diff = spawnSync('git', ['--no-pager', 'diff', '--no-index', '--', ...present], { cwd: root, encoding: 'utf8' })
  if (diff.status !== 0) console.error(diff.stdout || diff.stderr)
  return diff.status !== 0
}

const [option, folder] = process.argv.slice(2)
const files = await generate()
if (option === '--check') process.exitCode = check(files) ? 0 : 1
else write(files, option === '--out' ? path.resolve(folder) : path.join(root, 'generated'))
