// Generated from contracts/. DO NOT EDIT: change the contract or codegen/typescript/, then run `make generate`.

import type { Problem } from './messages.js'
import { PROBLEMS, type ProblemSlug } from './problems.js'

const PREFIX = '/problems/'

/** The slug of a problem type, or null when this version of the client does not know it. */
export function problemSlug(type: string): ProblemSlug | null {
  const slug = type.startsWith(PREFIX) ? type.slice(PREFIX.length) : type
  return Object.hasOwn(PROBLEMS, slug) ? (slug as ProblemSlug) : null
}

/** The service, or the client itself, refused something; `problem` says what (RFC 9457). */
export class ProblemError extends Error {
  override readonly name = 'ProblemError'
  readonly problem: Problem
  /** Null when the registry that this client was generated from lacks the type. */
  readonly slug: ProblemSlug | null

  constructor(problem: Problem) {
    super(problem.detail || problem.title)
    this.problem = problem
    this.slug = problemSlug(problem.type)
  }

  get status(): number {
    return this.problem.status
  }

  /** Whether the same request may succeed later without being changed. */
  get retryable(): boolean {
    return this.slug !== null && PROBLEMS[this.slug].retryable
  }

  /** What is wrong with each field, by JSON Pointer; several faults of one field are joined. */
  get fields(): ReadonlyMap<string, string> {
    const fields = new Map<string, string>()
    for (const { pointer, detail } of this.problem.errors ?? []) {
      const before = fields.get(pointer)
      fields.set(pointer, before === undefined ? detail : `${before} ${detail}`)
    }
    return fields
  }
}

/** Whether a value read from the network is a problem detail: only then may its fields be shown. */
export function isProblem(value: unknown): value is Problem {
  if (value === null || typeof value !== 'object') return false
  const { type, title, status, detail } = value as Record<string, unknown>
  return [type, title, detail].every((text) => typeof text === 'string') && typeof status === 'number'
}
