// The reference page of asyncapi.yaml, with the order of the messages (x-protocol).
import { messagesOf } from '../messages.mjs'
import { diagram } from './diagram.mjs'
import { anchor, code, escapeHtml, example, inline, markdown, page, problemLink, table } from './html.mjs'
import { fields, schemas, typeOf } from './schema.mjs'

const lastToken = (reference) => reference.slice(reference.lastIndexOf('/') + 1)
const messageLink = (type) => `<a href="#${anchor('message', type)}">${code(type)}</a>`

function channel(document) {
  const { agent } = document.channels
  const { query, headers } = agent.bindings.ws
  const given = [
    ['header', headers],
    ['query', query],
  ].flatMap(([place, schema]) =>
    Object.entries(schema.properties).map(([name, field]) => [
      code(name),
      place,
      typeOf(field),
      inline(field.description),
    ]),
  )
  const refusals = Object.entries(agent['x-handshake-problems']).map(([status, slugs]) => [
    status,
    slugs.map(problemLink).join(', '),
  ])
  return `<h2 id="handshake">Handshake</h2>
<p class="lead">${code(`GET ${agent.address}`)} <span class="quiet">subprotocol ${code(agent['x-subprotocol'])}</span></p>
${markdown(agent.description)}
${table(['Name', 'In', 'Type', 'Meaning'], given)}
<h3>Refusals</h3>
${table(['Status', 'Problems'], refusals)}`
}

function requests(document) {
  const rows = Object.entries(document.operations)
    .filter(([, operation]) => operation.action === 'receive')
    .map(([name, operation]) => [
      code(name),
      operation.messages.map(({ $ref }) => messageLink(lastToken($ref))).join(' '),
      operation.reply.messages.map(({ $ref }) => messageLink(lastToken($ref))).join(' or '),
      inline(operation.description),
    ])
  return `<h2 id="requests">Requests and replies</h2>\n${table(['Operation', 'The client sends', 'The direct reply', 'What happens'], rows)}`
}

function section(document, { type, message }) {
  const misuse = (message['x-misuse'] ?? []).map(({ when, problem }) => [inline(when), problemLink(problem)])
  const schema = document.components.schemas[lastToken(message.payload.$ref)]
  return `<section class="operation" id="${anchor('message', type)}">
<h3>${code(type)}</h3>
<p class="lead">${inline(message.summary)}</p>
${markdown(message.description)}
${fields(document, schema)}
${message.examples.map(({ summary, payload }) => example(summary, payload)).join('\n')}
${misuse.length > 0 ? `<h4>Refused</h4>\n${table(['When', 'Problem'], misuse)}` : ''}
</section>`
}

/** What a message leads to from a state, in words; empty when it is not allowed there. */
function cell(machine, state, sender, message) {
  const rows = machine.transitions.filter(
    (row) => row.state === state && row.sender === sender && row.message === message,
  )
  return rows
    .map((row) => {
      const next = row.next === state ? 'stays' : `→ ${code(row.next)}`
      const guard = row.where ? ` when ${code(row.where.pointer)} is ${code(JSON.stringify(row.where.equals))}` : ''
      const refused = row.refused_with ? `, refused with ${problemLink(row.refused_with)}` : ''
      return `${next}${guard}${refused}`
    })
    .join('<br>')
}

function machineSection(name, machine) {
  const states = Object.keys(machine.states)
  const messages = new Map(
    machine.transitions.map(({ sender, message }) => [`${sender} ${message}`, { sender, message }]),
  )
  const rows = [...messages.values()].map(({ sender, message }) => [
    messageLink(message),
    sender === 'client' ? '▸&nbsp;client' : '◂&nbsp;service',
    ...states.map((state) => cell(machine, state, sender, message) || '<span class="never">–</span>'),
  ])
  const meanings = states.map((state) => [code(state), inline(machine.states[state].description)])
  const seeded = machine.seeded_by
    ? `<p>${messageLink(machine.seeded_by.message)} sets its instances anew, from ${code(machine.seeded_by.items)}.</p>`
    : ''
  return `<section id="${anchor('machine', name)}">
<h3>${escapeHtml(name)}</h3>
${markdown(machine.description)}
${diagram(name, machine)}
${table(['State', 'Meaning'], meanings)}
${seeded}
<h4>Who may send what, and where it leads</h4>
${table(['Message', 'Sent by', ...states.map(code)], rows)}
</section>`
}

function order(protocol) {
  const laws = Object.entries(protocol.laws).map(([name, law]) => [code(name), inline(law.description)])
  const codes = Object.entries(protocol.close_codes).map(([number, { meaning, problem, reconnect }]) => [
    number,
    inline(meaning),
    problem ? problemLink(problem) : '',
    reconnect ? 'yes' : 'no',
  ])
  const envelopes = Object.entries(protocol.envelopes ?? {}).map(([name, { items, description }]) => [
    messageLink(name),
    code(items),
    inline(description),
  ])
  const { violation } = protocol
  return `<h2 id="order">Order</h2>
<p>State machines say which message may be sent when; a message is allowed when every machine that it concerns has a place for it. A
dash means that the message must not be sent in that state. A client that sends it anyway is answered with
${problemLink(violation.client.problem)}; a service that does is closed with ${violation.server.close}. More than
${code(violation.repeated.limit)} violations close the connection with ${violation.repeated.close}.</p>
${Object.entries(protocol.machines)
  .map(([name, machine]) => machineSection(name, machine))
  .join('\n')}
<h2 id="envelopes">Envelopes</h2>
<p>Messages that carry others. Each of the others counts as if it had been sent by itself, in order.</p>
${table(['Message', 'Carries', 'Meaning'], envelopes)}
<h2 id="laws">Laws</h2>
<p>What holds over the fields of several messages.</p>
${table(['Law', 'What it says'], laws)}
<h2 id="close-codes">Close codes</h2>
${table(['Code', 'Meaning', 'Problem', 'Connect again?'], codes)}`
}

export function socketPage(document) {
  const client = messagesOf(document, 'client')
  const server = messagesOf(document, 'server')
  const protocol = document['x-protocol']
  const payloads = new Set([...client, ...server].map(({ message }) => lastToken(message.payload.$ref)))
  const shared = Object.keys(document.components.schemas).filter((name) => !payloads.has(name))
  const entry = ({ type }) => [anchor('message', type), escapeHtml(type), 2]
  return page({
    title: document.info.title,
    address: '/docs/socket',
    contents: [
      ['handshake', 'Handshake'],
      ['requests', 'Requests and replies'],
      ['client', 'The client sends'],
      ...client.map(entry),
      ['server', 'The service sends'],
      ...server.map(entry),
      ['order', 'Order'],
      ...Object.keys(protocol.machines).map((name) => [anchor('machine', name), escapeHtml(name), 2]),
      ['envelopes', 'Envelopes'],
      ['laws', 'Laws'],
      ['close-codes', 'Close codes'],
      ['schemas', 'Schemas'],
    ],
    main: `<h1>${escapeHtml(document.info.title)}</h1>
<p class="quiet">Version ${escapeHtml(document.info.version)}</p>
${markdown(document.info.description)}
${channel(document)}
${requests(document)}
<h2 id="client">The client sends</h2>
${client.map((message) => section(document, message)).join('\n')}
<h2 id="server">The service sends</h2>
${server.map((message) => section(document, message)).join('\n')}
${order(protocol)}
<h2 id="schemas">Schemas</h2>
${schemas(document, shared)}`,
  })
}
