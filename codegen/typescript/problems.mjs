// The registry of problem types as data, and the union of their slugs.
import { literal } from './literal.mjs'

export function problems(registry) {
  const rows = Object.entries(registry).map(([slug, { title, status, close_code, retryable, description, remedy }]) => {
    const data = { title, status, close_code, retryable, description, remedy }
    return `  '${slug}': {\n${Object.entries(data)
      .map(([key, value]) => `    ${key}: ${literal(value)},`)
      .join('\n')}\n  },`
  })
  return `/** A problem type of the registry: its title, HTTP status, close code, whether trying again may help, and what to do. */
export interface ProblemType {
  readonly title: string
  readonly status: number
  readonly close_code: number | null
  readonly retryable: boolean
  readonly description: string
  readonly remedy: string
}

export type ProblemSlug =
${Object.keys(registry)
  .map((slug) => `  | '${slug}'`)
  .join('\n')}

/** Every problem type that the service may answer, by its slug; the type of a problem is \`/problems/{slug}\`. */
export const PROBLEMS: Readonly<Record<ProblemSlug, ProblemType>> = {
${rows.join('\n')}
}
`
}
