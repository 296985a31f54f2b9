// The reference page of openapi.yaml.
import { eachOperation } from '../http.mjs'
import { anchor, code, escapeHtml, example, inline, markdown, page, problemLink, table } from './html.mjs'
import { fields, schemas, typeOf } from './schema.mjs'

function deref(document, value) {
  if (!value.$ref) return value
  return value.$ref
    .slice(2)
    .split('/')
    .reduce((at, token) => at[token], document)
}

function examples(document, content) {
  return Object.values(content.examples ?? {})
    .map((given) => deref(document, given))
    .map(({ summary, value }) => example(summary, value))
    .join('\n')
}

function body(document, operation) {
  const content = operation.requestBody?.content['application/json']
  if (!content) return ''
  const schema = deref(document, content.schema)
  return `<h4>Request</h4>
<p>${typeOf(content.schema)} as ${code('application/json')}</p>
${fields(document, schema)}
${examples(document, content)}`
}

function parameters(document, operation) {
  const rows = (operation.parameters ?? [])
    .map((given) => deref(document, given))
    .map(({ name, in: place, required, schema, description }) => [
      code(name),
      place,
      typeOf(schema),
      required ? 'yes' : 'no',
      inline(description),
    ])
  return rows.length === 0 ? '' : `<h4>Parameters</h4>\n${table(['Name', 'In', 'Type', 'Required', 'Meaning'], rows)}`
}

function responses(document, operation) {
  const given = Object.entries(operation.responses).map(([status, value]) => [status, deref(document, value)])
  const rows = given.map(([status, response]) => [
    status,
    Object.values(response.content ?? {})
      .map(({ schema }) => typeOf(schema))
      .join(', ') || 'no body',
    inline(response.description),
    (response['x-problems'] ?? []).map(problemLink).join(', '),
    Object.keys(response.headers ?? {})
      .map(code)
      .join(' '),
  ])
  const shown = given.filter(([status]) => status < '300')
  const contents = shown.flatMap(([, response]) => Object.values(response.content ?? {}))
  return `<h4>Responses</h4>
${table(['Status', 'Body', 'When', 'Problems', 'Headers'], rows)}
${contents.map((content) => examples(document, content)).join('\n')}`
}

function section(document, { path, method, operation }) {
  const open = (operation.security ?? document.security).length === 0
  return `<section class="operation" id="${anchor('operation', operation.operationId)}">
<h3><span class="method ${method}">${method.toUpperCase()}</span> ${code(path)}</h3>
<p class="lead">${inline(operation.summary)} <span class="quiet">${code(operation.operationId)} · ${open ? 'no token needed' : 'needs an access token'}</span></p>
${markdown(operation.description)}
${parameters(document, operation)}
${body(document, operation)}
${responses(document, operation)}
</section>`
}

export function httpPage(document) {
  const operations = [...eachOperation(document)]
  const contents = []
  const parts = document.tags.map((tag) => {
    contents.push([anchor('tag', tag.name), escapeHtml(tag.name)])
    const own = operations.filter(({ operation }) => operation.tags.includes(tag.name))
    for (const { operation } of own)
      contents.push([anchor('operation', operation.operationId), inline(operation.summary), 2])
    const sections = own.map((operation) => section(document, operation))
    return `<h2 id="${anchor('tag', tag.name)}">${escapeHtml(tag.name)}</h2>\n${markdown(tag.description)}\n${sections.join('\n')}`
  })
  contents.push(['schemas', 'Schemas'])
  return page({
    title: document.info.title,
    address: '/docs/http',
    contents,
    main: `<h1>${escapeHtml(document.info.title)}</h1>
<p class="quiet">Version ${escapeHtml(document.info.version)}</p>
${markdown(document.info.description)}
${parts.join('\n')}
<h2 id="schemas">Schemas</h2>
${schemas(document, Object.keys(document.components.schemas))}`,
  })
}
