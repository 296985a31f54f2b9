// Checks of the contracts that no linter makes: each example obeys its schema, no two messages share a `type`, every message
// has a sender, every operation for users names its permission and documents the refusal, and every problem that is named
// anywhere is in the registry. Prints each fault; exits 1 when there is one.
import { readFileSync } from 'node:fs'
import path from 'node:path'
import Ajv2020 from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { parse } from 'yaml'
import { bundle, root } from './bundle.mjs'

const faults = []

/** The value that a reference of `document` stands for, or the value itself. */
function deref(document, value) {
  if (value?.$ref === undefined) return value
  const tokens = value.$ref
    .slice(2)
    .split('/')
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'))
  return deref(
    document,
    tokens.reduce((at, token) => at[token], document),
  )
}

/** A function that reports where `value` breaks the schema at `pointer` of `document`. */
function examiner(document) {
  const ajv = new Ajv2020({ strict: false, allErrors: true })
  addFormats(ajv)
  ajv.addSchema({ $id: 'contract', ...document })
  return (pointer, value, where) => {
    const validate = ajv.compile({ $ref: `contract#${pointer}` })
    if (validate(value)) return
    for (const error of validate.errors) faults.push(`${where}: ${error.instancePath || '/'} ${error.message}`)
  }
}

const escaped = (token) => encodeURIComponent(token.replaceAll('~', '~0').replaceAll('/', '~1'))

function checkMessages(document, problems) {
  const examine = examiner(document)
  const seen = new Map()
  for (const [name, message] of Object.entries(document.components.messages)) {
    const type = deref(document, message.payload).properties?.type?.const
    if (type !== name) faults.push(`message ${name}: its type is ${type}`)
    if (seen.has(type)) faults.push(`message ${name}: has the same type as ${seen.get(type)}`)
    seen.set(type, name)
    if (!['client', 'server'].includes(message['x-direction'])) faults.push(`message ${name}: x-direction is missing`)
    if (!message.examples?.length) faults.push(`message ${name}: has no example`)
    for (const example of message.examples ?? []) {
      examine(
        `/components/messages/${escaped(name)}/payload`,
        example.payload,
        `message ${name}, example ${example.name}`,
      )
    }
    if (message['x-permission'] && !message['x-misuse']?.some((misuse) => misuse.problem === 'forbidden')) {
      faults.push(`message ${name}: has an x-permission, so forbidden is among x-misuse`)
    }
    for (const misuse of message['x-misuse'] ?? []) knows(problems, misuse.problem, `message ${name}`)
  }
}

function checkContent(document, examine, pointer, body) {
  for (const [media, content] of Object.entries(body.content ?? {})) {
    for (const [name, example] of Object.entries(content.examples ?? {})) {
      const value = deref(document, example).value
      examine(`${pointer}/content/${escaped(media)}/schema`, value, `${pointer}, example ${name}`)
      if (
        media === 'application/problem+json' &&
        !body['x-problems']?.includes(value.type.slice('/problems/'.length))
      ) {
        faults.push(`${pointer}, example ${name}: ${value.type} is not among x-problems`)
      }
    }
  }
}

function checkOperations(document, problems) {
  const examine = examiner(document)
  for (const [address, methods] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      const pointer = `/paths/${escaped(address)}/${method}`
      checkPermission(document, operation)
      if (operation.requestBody) checkContent(document, examine, `${pointer}/requestBody`, operation.requestBody)
      for (const [status, given] of Object.entries(operation.responses)) {
        const response = deref(document, given)
        const at = given.$ref ? given.$ref.slice(1) : `${pointer}/responses/${status}`
        checkContent(document, examine, at, response)
        for (const slug of response['x-problems'] ?? []) {
          if (knows(problems, slug, at) && problems[slug].status !== Number(status)) {
            faults.push(`${pointer}/responses/${status}: ${slug} has the status ${problems[slug].status}`)
          }
        }
      }
    }
  }
}

/** An operation for users says which permission it needs, or null; one that needs a permission documents 403 `forbidden`. */
function checkPermission(document, operation) {
  const permission = operation['x-permission']
  const secured = (operation.security ?? document.security).length > 0
  if (secured && permission === undefined) {
    faults.push(
      `${operation.operationId}: x-permission is missing; null where any user may, account.manage for what a script may not do with a personal access token`,
    )
  }
  if (!permission) return
  if (!secured) faults.push(`${operation.operationId}: has an x-permission and no security`)
  const refusal = operation.responses['403'] && deref(document, operation.responses['403'])
  if (!refusal?.['x-problems']?.includes('forbidden')) {
    faults.push(`${operation.operationId}: has an x-permission, so it documents 403 with the problem forbidden`)
  }
}

function knows(problems, slug, where) {
  if (slug in problems) return true
  faults.push(`${where}: the problem ${slug} is not in problems.yaml`)
  return false
}

/** Every problem that x-protocol and the handshake name exists. */
function checkProtocol(document, problems) {
  const walk = (value, where) => {
    if (value === null || typeof value !== 'object') return
    for (const key of ['problem', 'refused_with'])
      if (typeof value[key] === 'string') knows(problems, value[key], where)
    for (const [key, item] of Object.entries(value)) walk(item, `${where}/${key}`)
  }
  walk(document['x-protocol'], 'x-protocol')
  for (const channel of Object.values(document.channels)) {
    for (const slug of Object.values(channel['x-handshake-problems'] ?? {}).flat())
      knows(problems, slug, channel.address)
  }
}

const { problems } = parse(readFileSync(path.join(root, 'contracts', 'problems.yaml'), 'utf8'))
const { openapi, asyncapi } = bundle()
checkMessages(asyncapi, problems)
checkProtocol(asyncapi, problems)
checkOperations(openapi, problems)
for (const fault of faults) console.error(fault)
process.exitCode = faults.length > 0 ? 1 : 0
