// Bundles the contracts, each into one file without references to other files: build/{openapi,asyncapi}.bundle.{json,yaml}.
// Every generator, of Python, of TypeScript and of the pages, starts from these.
//
//     node codegen/bundle.mjs [--out DIR]      (DIR defaults to build/)
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parse, stringify } from 'yaml'

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..')
const documents = ['openapi', 'asyncapi']
const redocly = path.join(root, 'node_modules', '@redocly', 'cli', 'bin', 'cli.js')

// Redocly neither reports its use nor asks for a newer version of itself: bundling touches no network.
const quiet = { REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true', CI: 'true', NO_COLOR: '1' }

/** Every `$ref` of a value, with the place where it stands. */
function* references(value, place = '') {
  if (value === null || typeof value !== 'object') return
  for (const [key, item] of Object.entries(value)) {
    if (key === '$ref' && typeof item === 'string') yield [`${place}/$ref`, item]
    yield* references(item, `${place}/${key}`)
  }
}

/** What a JSON Pointer of the same document points to; undefined when nothing is there. */
function resolve(document, reference) {
  const tokens = reference
    .slice(2)
    .split('/')
    .map((token) => decodeURIComponent(token).replaceAll('~1', '/').replaceAll('~0', '~'))
  return tokens.reduce((value, token) => value?.[token], document)
}

function run(name, out) {
  const target = path.join(out, `${name}.bundle.yaml`)
  const source = path.join('contracts', `${name}.yaml`)
  const result = spawnSync(process.execPath, [redocly, 'bundle', source, '-o', target], {
    cwd: root,
    env: { ...process.env, ...quiet },
    encoding: 'utf8',
  })
  if (result.status !== 0) throw new Error(`redocly bundle ${source} failed:\n${result.stdout}${result.stderr}`)
  return target
}

/** Throws when something of the source (a description, an extension) is missing from its bundle or differs there. */
function compare(source, bundled, place) {
  if (source === null || typeof source !== 'object') {
    if (source !== bundled) throw new Error(`${place} is lost or changed in the bundle`)
    return
  }
  if ('$ref' in source) return
  for (const [key, item] of Object.entries(source)) compare(item, bundled?.[key], `${place}/${key}`)
}

/** Throws when a bundle refers to another file or to nothing, or has lost anything that its source says. */
function verify(name, document) {
  for (const [place, reference] of references(document)) {
    if (!reference.startsWith('#/')) throw new Error(`${name}: ${place} leaves the bundle: ${reference}`)
    if (resolve(document, reference) === undefined) throw new Error(`${name}: ${place} points to nothing: ${reference}`)
  }
  compare(parse(readFileSync(path.join(root, 'contracts', `${name}.yaml`), 'utf8')), document, name)
}

/** Bundles both contracts into `out` and returns them, parsed. Throws with the tool's own words when one cannot be bundled. */
export function bundle(out = path.join(root, 'build')) {
  mkdirSync(out, { recursive: true })
  const bundles = {}
  for (const name of documents) {
    const target = run(name, out)
    const document = parse(readFileSync(target, 'utf8'))
    verify(name, document)
    writeFileSync(target, stringify(document, { aliasDuplicateObjects: false, lineWidth: 0 }))
    writeFileSync(target.replace(/yaml$/, 'json'), `${JSON.stringify(document, null, 2)}\n`)
    bundles[name] = document
  }
  return bundles
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const at = process.argv.indexOf('--out')
  bundle(at === -1 ? undefined : path.resolve(process.argv[at + 1]))
}
