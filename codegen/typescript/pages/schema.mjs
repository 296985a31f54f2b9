// Schemas as tables: a row for each field, with its type, whether it must be there, its bounds and what it means.
import { anchor, code, inline, markdown, table } from './html.mjs'

const nameOf = (reference) => reference.slice(reference.lastIndexOf('/') + 1)

/** The type of a schema in words, with links to the named ones. */
export function typeOf(schema) {
  if (schema.$ref) return `<a href="#${anchor('schema', nameOf(schema.$ref))}">${nameOf(schema.$ref)}</a>`
  if (schema.const !== undefined) return code(JSON.stringify(schema.const))
  if (schema.enum) return schema.enum.map((value) => code(JSON.stringify(value))).join(' or ')
  if (schema.oneOf) return schema.oneOf.map(typeOf).join(' or ')
  if (schema.type === 'array') return `list of ${typeOf(schema.items)}`
  const type = [schema.type].flat().join(' or ')
  return schema.format ? `${type} (${schema.format})` : type
}

/** The bounds of a schema in words. */
function boundsOf(schema) {
  const range = (low, high, unit) => {
    if (low !== undefined && high !== undefined) return low === high ? `${low} ${unit}` : `${low} to ${high} ${unit}`
    if (high !== undefined) return `at most ${high} ${unit}`
    return low === undefined ? '' : `at least ${low} ${unit}`
  }
  const bounds = [
    range(schema.minLength, schema.maxLength, 'characters'),
    range(schema.minItems, schema.maxItems, 'entries'),
    range(schema.minimum, schema.maximum, '').trim(),
    schema.pattern ? `matches ${code(schema.pattern)}` : '',
    schema.default === undefined ? '' : `${code(JSON.stringify(schema.default))} unless given`,
  ]
  return bounds.filter(Boolean).join('; ')
}

/** What a field means; for one that is only a reference, what the named schema says. */
function meaning(document, schema) {
  const target = schema.$ref ? document.components.schemas[nameOf(schema.$ref)] : schema
  const bounds = boundsOf(target)
  return `${inline(schema.description ?? target.description)}${bounds ? ` <span class="bounds">${bounds}</span>` : ''}`
}

export function fields(document, schema) {
  const rows = Object.entries(schema.properties ?? {}).map(([name, field]) => [
    code(name),
    typeOf(field),
    schema.required?.includes(name) ? 'yes' : 'no',
    meaning(document, field),
  ])
  return table(['Field', 'Type', 'Required', 'Meaning'], rows)
}

/** Every named schema of a document. */
export function schemas(document, names) {
  return names
    .map((name) => {
      const schema = document.components.schemas[name]
      const bounds = boundsOf(schema)
      const scalar = schema.properties ? '' : `<p>${typeOf(schema)}${bounds ? `; ${bounds}` : ''}</p>`
      return `<section id="${anchor('schema', name)}">
<h3>${name}</h3>
${markdown(schema.description)}
${scalar}${fields(document, schema)}
</section>`
    })
    .join('\n')
}
