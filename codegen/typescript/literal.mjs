const IDENTIFIER = /^[A-Za-z_$][\w$]*$/

/** A JSON value as TypeScript on one line. */
export function literal(value) {
  if (typeof value === 'string')
    return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n')}'`
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  const fields = Object.entries(value).map(
    ([key, item]) => `${IDENTIFIER.test(key) ? key : literal(key)}: ${literal(item)}`,
  )
  return `{ ${fields.join(', ')} }`
}

/** A JSON value as TypeScript, its first levels on lines of their own, what is within on one line each. */
export function block(value, levels = 0, indent = '') {
  if (levels === 0 || value === null || typeof value !== 'object') return literal(value)
  const deeper = `${indent}  `
  if (Array.isArray(value)) {
    return `[\n${value.map((item) => `${deeper}${block(item, levels - 1, deeper)},`).join('\n')}\n${indent}]`
  }
  const fields = Object.entries(value).map(([key, item]) => {
    const name = IDENTIFIER.test(key) ? key : literal(key)
    return `${deeper}${name}: ${block(item, levels - 1, deeper)},`
  })
  return `{\n${fields.join('\n')}\n${indent}}`
}
