// The HTTP half: types by openapi-typescript, and which operations need no access token.
import openapiTS, { astToString } from 'openapi-typescript'

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace']

export async function httpTypes(openapi) {
  const nodes = await openapiTS(openapi, {
    readWriteMarkers: true,
    rootTypes: true,
    rootTypesNoSchemaPrefix: true,
    silent: true,
  })
  return astToString(nodes)
}

/** Every operation of the document, in its order. */
export function* eachOperation(openapi) {
  for (const [path, item] of Object.entries(openapi.paths)) {
    for (const method of METHODS) if (item[method]) yield { path, method, operation: item[method] }
  }
}

export function operations(openapi) {
  const open = [...eachOperation(openapi)].filter(
    ({ operation }) => (operation.security ?? openapi.security).length === 0,
  )
  const rows = open.map(({ path, method }) => `  '${method.toUpperCase()} ${path}',`)
  return `/** The operations that take no access token, as \`METHOD path\`. */
export const UNAUTHENTICATED_OPERATIONS: ReadonlySet<string> = new Set([
${rows.join('\n')}
])
`
}
