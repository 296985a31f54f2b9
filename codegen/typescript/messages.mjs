// The socket half: message types by json-schema-to-typescript, what tells them apart, and a method to send each.
import { compile } from 'json-schema-to-typescript'

/** Schemas whose names are taken: by the language, or by the class that carries a problem as an exception. */
const RENAMED = { Error: 'ErrorMessage', ProblemError: 'ProblemFault' }

const rename = (name) => RENAMED[name] ?? name
const schemaName = (reference) => rename(reference.slice(reference.lastIndexOf('/') + 1))

/** The messages that one side sends, in the order of the contract: type, name of the TypeScript type, and the message. */
export function messagesOf(asyncapi, direction) {
  return Object.entries(asyncapi.components.messages)
    .filter(([, message]) => message['x-direction'] === direction)
    .map(([type, message]) => ({ type, name: schemaName(message.payload.$ref), message }))
}

/** A schema as json-schema-to-typescript takes it: references into `definitions`, names that hide nothing. */
function adapt(value) {
  if (Array.isArray(value)) return value.map(adapt)
  if (value === null || typeof value !== 'object') return value
  if (typeof value.$ref === 'string') return { $ref: `#/definitions/${schemaName(value.$ref)}` }
  // maxItems would make a type of 64 tuples out of a list.
  const entries = Object.entries(value).filter(([key]) => key !== 'maxItems')
  return Object.fromEntries(entries.map(([key, item]) => [key, key === 'title' ? rename(item) : adapt(item)]))
}

function union(title, description, members) {
  return { title, description, oneOf: members.map(({ name }) => ({ $ref: `#/definitions/${name}` })) }
}

export async function messages(asyncapi) {
  const client = messagesOf(asyncapi, 'client')
  const server = messagesOf(asyncapi, 'server')
  const events = server.filter(({ message }) => message.tags.some((tag) => tag.name === 'event'))
  const schemas = Object.entries(asyncapi.components.schemas).map(([name, schema]) => [rename(name), adapt(schema)])
  const unions = {
    ClientMessage: union('ClientMessage', 'What a client sends.', client),
    ServerMessage: union('ServerMessage', 'What the service sends.', server),
  }
  const schema = {
    title: 'AgentSocketMessage',
    description: 'What either side sends.',
    oneOf: [{ $ref: '#/definitions/ClientMessage' }, { $ref: '#/definitions/ServerMessage' }],
    definitions: { ...Object.fromEntries(schemas), ...unions },
  }
  const options = { bannerComment: '', unreachableDefinitions: true, format: true, additionalProperties: false }
  const types = await compile(schema, 'AgentSocketMessage', { ...options, style: { semi: false, singleQuote: true } })
  return `${types}\n${guards(client, server, events)}\n${replies(asyncapi)}`
}

const quoted = (members) => members.map(({ type }) => `  '${type}',`).join('\n')

function guards(client, server, events) {
  return `/** An event of a run; it is in the log of its conversation. */
export type RunEvent =
${events.map(({ name }) => `  | ${name}`).join('\n')}

/** The type of each message that a client sends. */
export const CLIENT_MESSAGE_TYPES = [
${quoted(client)}
] as const satisfies readonly ClientMessage['type'][]

/** The type of each message that the service sends. */
export const SERVER_MESSAGE_TYPES = [
${quoted(server)}
] as const satisfies readonly ServerMessage['type'][]

/** The type of each event of a run. */
export const RUN_EVENT_TYPES = [
${quoted(events)}
] as const satisfies readonly RunEvent['type'][]

const serverMessageTypes: ReadonlySet<unknown> = new Set(SERVER_MESSAGE_TYPES)
const runEventTypes: ReadonlySet<unknown> = new Set(RUN_EVENT_TYPES)

/** Whether a value read from the socket has the type of a message that this client knows. Its fields are not looked at. */
export function isServerMessage(value: unknown): value is ServerMessage {
  return value !== null && typeof value === 'object' && 'type' in value && serverMessageTypes.has(value.type)
}

export function isRunEvent(message: ServerMessage): message is RunEvent {
  return runEventTypes.has(message.type)
}
`
}

/** The operations that the client begins: each with the message that it sends and those that may answer. */
function requests(asyncapi) {
  return Object.values(asyncapi.operations)
    .filter((operation) => operation.action === 'receive')
    .flatMap((operation) => operation.messages.map((message) => ({ operation, type: lastToken(message.$ref) })))
}

const lastToken = (reference) => reference.slice(reference.lastIndexOf('/') + 1)

function replies(asyncapi) {
  const rows = requests(asyncapi).map(({ operation, type }) => {
    const answers = (operation.reply?.messages ?? []).map(({ $ref }) => `'${lastToken($ref)}'`).join(' | ')
    return `  '${type}': Extract<ServerMessage, { type: ${answers || 'never'} }>`
  })
  return `/** What directly answers each message of the client. */
export interface Replies {
${rows.join('\n')}
}
`
}

const methodName = (type) =>
  `send${type
    .split(/[._]/)
    .map((word) => word[0].toUpperCase() + word.slice(1))
    .join('')}`

export function senders(asyncapi) {
  const client = messagesOf(asyncapi, 'client')
  const methods = client.map(
    ({ type, name, message }) => `
  /** ${message.summary} */
  ${methodName(type)}(fields: Omit<${name}, 'type'>): void {
    this.send({ type: '${type}', ...fields })
  }
`,
  )
  return `import type { ${['ClientMessage', ...client.map(({ name }) => name)].sort().join(', ')} } from './messages.js'

/** A method to send each message of the client; how, \`send\` knows. */
export abstract class ClientMessageSender {
  abstract send(message: ClientMessage): void
${methods.join('')}}
`
}
