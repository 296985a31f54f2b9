// A page for each problem type, so that the `type` of a problem opens, and one that lists them all.
import { escapeHtml, inline, page, problemLink, table } from './html.mjs'

/** Where the contracts name each problem: operation ids, message types, the handshake. */
function places({ openapi, asyncapi }) {
  const found = new Map()
  const add = (slug, link) => found.set(slug, (found.get(slug) ?? new Set()).add(link))
  for (const item of Object.values(openapi.paths)) {
    for (const operation of Object.values(item)) {
      for (const given of Object.values(operation.responses)) {
        const response = given.$ref ? openapi.components.responses[given.$ref.split('/').at(-1)] : given
        const href = `/docs/http#operation-${operation.operationId.toLowerCase()}`
        for (const slug of response['x-problems'] ?? []) add(slug, `<a href="${href}">${operation.operationId}</a>`)
      }
    }
  }
  for (const [type, message] of Object.entries(asyncapi.components.messages)) {
    const href = `/docs/socket#message-${type.replaceAll('.', '-')}`
    for (const { problem } of message['x-misuse'] ?? []) add(problem, `<a href="${href}">${type}</a>`)
  }
  for (const slug of Object.values(asyncapi.channels.agent['x-handshake-problems']).flat()) {
    add(slug, '<a href="/docs/socket#handshake">the handshake</a>')
  }
  return found
}

function one(slug, problem, where) {
  const rows = [
    ['Type', `<code>/problems/${slug}</code>`],
    ['HTTP status', problem.status],
    ['Close code', problem.close_code ?? 'none: the connection lives on'],
    ['Try again unchanged?', problem.retryable ? 'yes, later' : 'no'],
    ['Answered by', where ? [...where].join(', ') : 'any address'],
  ]
  return page({
    title: problem.title,
    address: `/problems/${slug}`,
    main: `<p class="quiet"><a href="/problems">Problems</a> / ${slug}</p>
<h1>${escapeHtml(problem.title)}</h1>
<p class="lead">${inline(problem.description)}</p>
<h2>What to do</h2>
<p>${inline(problem.remedy)}</p>
<h2>At a glance</h2>
${table(['', ''], rows).replace(/<thead>.*<\/thead>\n/, '')}`,
  })
}

export function problemPages(contract) {
  const where = places(contract)
  const problems = Object.entries(contract.registry)
  const rows = problems.map(([slug, { title, status, close_code, retryable }]) => [
    problemLink(slug),
    escapeHtml(title),
    status,
    close_code ?? '',
    retryable ? 'yes' : 'no',
  ])
  const index = page({
    title: 'Problems',
    address: '/problems',
    main: `<h1>Problems</h1>
<p>Every error, of HTTP and of the agent socket, is a problem detail (RFC 9457). Its <code>type</code> is the address of a page here.</p>
${table(['Type', 'Title', 'Status', 'Close code', 'Try again unchanged?'], rows)}`,
  })
  const pages = problems.map(([slug, problem]) => [`problems/${slug}.html`, one(slug, problem, where.get(slug))])
  return { 'problems/index.html': index, ...Object.fromEntries(pages) }
}
