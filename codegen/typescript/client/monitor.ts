import { PROTOCOL } from './protocol.js'

export type Sender = 'client' | 'server'

/** Holds for a message whose value at the JSON Pointer equals `equals`. */
export interface Guard {
  readonly pointer: string
  readonly equals: unknown
}

/** In `state`, `sender` may send `message`, which leads to `next`; `refused_with` names the problem that answers it. */
export interface Transition {
  readonly state: string
  readonly sender: Sender
  readonly message: string
  readonly next: string
  readonly where?: Guard
  readonly refused_with?: string
}

/** A message that sets machines or counters: for each of `items`, the one of `key` gets the state or the value. */
export interface Seed {
  readonly message: string
  readonly items?: string
  readonly key: string
  readonly state?: string
  readonly value?: string
}

/** A state machine, with one instance for each value of `key`; one for the connection when `key` is null. */
export interface Machine {
  readonly description: string
  readonly key: string | null
  readonly parent?: string
  readonly initial: string
  readonly final?: readonly string[]
  readonly seeded_by?: Seed
  readonly states: Readonly<Record<string, { readonly description: string }>>
  readonly transitions: readonly Transition[]
}

interface Counting {
  readonly description: string
  readonly field: string
  readonly scope: string
  readonly seeded_by?: Seed
  readonly except?: Guard
}

/** What must hold over the fields of several messages. */
export type Law =
  | (Counting & { readonly kind: 'contiguous'; readonly first: number })
  | (Counting & { readonly kind: 'increasing' })
  | {
      readonly kind: 'concatenation'
      readonly description: string
      readonly field: string
      readonly message: string
      readonly scope: string
      readonly parts: { readonly message: string; readonly field: string }
      readonly since: string
    }
  | {
      readonly kind: 'children-final'
      readonly description: string
      readonly machine: string
      readonly messages: readonly string[]
    }
  | { readonly kind: 'at-most-one'; readonly description: string; readonly machine: string; readonly scope: string }

export interface CloseCode {
  readonly meaning: string
  readonly reconnect: boolean
  readonly problem?: string
}

/** A message of the service that carries others, each judged as if sent by itself; `same` is what each has like it. */
export interface Envelope {
  readonly description: string
  readonly items: string
  readonly same: readonly string[]
  readonly max_items?: string
  readonly max_bytes?: string
}

/** `x-protocol` of the contract. */
export interface ProtocolTables {
  readonly version: string
  readonly channel: string
  readonly discriminator: string
  readonly envelopes: Readonly<Record<string, Envelope>>
  readonly machines: Readonly<Record<string, Machine>>
  readonly laws: Readonly<Record<string, Law>>
  readonly violation: {
    readonly client: { readonly problem: string }
    readonly server: { readonly close: number }
    readonly repeated: { readonly limit: string; readonly problem: string; readonly close: number }
  }
  readonly close_codes: Readonly<Record<string, CloseCode>>
}

/** What a message breaks: a machine, which has no row for it in `state`, or a law (`state` is then null). */
export interface Violation {
  /** The name of the machine or the law. */
  readonly rule: string
  readonly kind: 'machine' | 'law'
  readonly state: string | null
  readonly sender: Sender
  /** The `type` of the message. */
  readonly message: string
  readonly detail: string
}

/** How many ended instances a parent remembers of each machine: memory stays bounded on a connection that lives long. */
const REMEMBERED = 256

/** One instance of a machine, the instances below it, and what the laws of its scope remember. */
class Instance {
  readonly children = new Map<string, Map<string, Instance>>()
  readonly counters = new Map<string, number>()
  readonly texts = new Map<string, string>()

  constructor(public state: string) {}

  child(machine: string, key: string): Instance | undefined {
    return this.children.get(machine)?.get(key)
  }

  adopt(machine: string, key: string, instance: Instance): void {
    const siblings = this.children.get(machine) ?? new Map<string, Instance>()
    siblings.delete(key)
    siblings.set(key, instance)
    this.children.set(machine, siblings)
  }
}

interface Move {
  readonly name: string
  readonly machine: Machine
  readonly path: readonly string[]
  readonly state: string
  readonly row: Transition | undefined
}

/**
 * Follows one connection by the tables of the contract. Does no I/O, serves both sides. A message that breaks a rule moves
 * nothing: the next one is judged as if it had not been sent.
 */
export class ProtocolMonitor {
  readonly #tables: ProtocolTables
  readonly #root = new Instance('')

  constructor(tables: ProtocolTables = PROTOCOL) {
    this.#tables = tables
  }

  /**
   * Judges the next message. The list is empty when it is allowed; then all machines have moved. An envelope is judged item by
   * item; what comes before the first item that breaks a rule has moved.
   */
  feed(sender: Sender, message: unknown): Violation[] {
    const type = String(find(message, this.#tables.discriminator))
    const envelope = sender === 'server' ? this.#envelope(type) : undefined
    if (envelope === undefined) return this.#feed(sender, type, message)
    for (const item of this.items(message) ?? []) {
      const stray = envelope.same.find((pointer) => find(item, pointer) !== find(message, pointer))
      const violations = stray === undefined ? this.#feed(sender, this.#type(item), item) : [astray(type, stray)]
      if (violations.length > 0) return violations
    }
    return []
  }

  /** The messages that an envelope carries; null for a message that is none. */
  items(message: unknown): readonly unknown[] | null {
    const envelope = this.#envelope(this.#type(message))
    const found = envelope && find(message, envelope.items)
    return Array.isArray(found) ? found : null
  }

  #type(message: unknown): string {
    return String(find(message, this.#tables.discriminator))
  }

  #envelope(type: string): Envelope | undefined {
    return Object.hasOwn(this.#tables.envelopes, type) ? this.#tables.envelopes[type] : undefined
  }

  #feed(sender: Sender, type: string, message: unknown): Violation[] {
    const moves = this.#moves(sender, type, message)
    const violations = [
      ...moves.filter((move) => move.row === undefined).map((move) => unexpected(move, sender, type)),
      ...(sender === 'server' ? this.#brokenLaws(type, message) : []),
    ]
    if (violations.length > 0) return violations
    for (const move of moves) this.#apply(move)
    if (sender === 'server') {
      this.#count(type, message)
      this.#seed(type, message)
    }
    return []
  }

  /** The state of the instance with these keys, the outermost first; of one that was never seen, its initial state. */
  state(machine: string, ...path: string[]): string | undefined {
    const table = this.#tables.machines[machine]
    return table && this.#stateAt(machine, table, path.map(lowerCase))
  }

  /** The slug of the problem with which a message that the client may send now will be refused; null when none is foreseen. */
  refusal(message: unknown): string | null {
    const type = String(find(message, this.#tables.discriminator))
    const rows = this.#moves('client', type, message).map((move) => move.row?.refused_with)
    return rows.find((slug) => slug !== undefined) ?? null
  }

  #moves(sender: Sender, type: string, message: unknown): Move[] {
    const moves: Move[] = []
    for (const [name, machine] of Object.entries(this.#tables.machines)) {
      const path = this.#path(machine, [message])
      if (path === null || (machine.key !== null && !knows(machine, sender, type))) continue
      const state = this.#stateAt(name, machine, path)
      moves.push({ name, machine, path, state, row: row(machine, state, sender, type, message) })
    }
    return moves
  }

  /** The keys that lead to the instance that a message concerns, the outermost first; null when it names none. */
  #path(machine: Machine, sources: readonly unknown[]): string[] | null {
    if (machine.key === null) return []
    const parent = machine.parent === undefined ? undefined : this.#tables.machines[machine.parent]
    const above = parent ? this.#path(parent, sources) : []
    const key = sources.map((source) => find(source, machine.key ?? '')).find((value) => value !== undefined)
    return above === null || key === undefined || key === null ? null : [...above, lowerCase(String(key))]
  }

  /** The names of a machine and those above it, the outermost first. */
  #line(name: string): string[] {
    const parent = this.#tables.machines[name]?.parent
    return parent === undefined ? [name] : [...this.#line(parent), name]
  }

  #instance(name: string, path: readonly string[]): Instance | undefined {
    if (path.length === 0) return this.#root.child(name, '')
    return this.#line(name).reduce<Instance | undefined>(
      (instance, machine, depth) => instance?.child(machine, path[depth] ?? ''),
      this.#root,
    )
  }

  #stateAt(name: string, machine: Machine, path: readonly string[]): string {
    return this.#instance(name, path)?.state ?? machine.initial
  }

  /** The instance with these keys; it and those above it are made when they are not there. */
  #ensure(name: string, path: readonly string[]): Instance {
    if (path.length === 0) return this.#ensureChild(this.#root, name, '')
    return this.#line(name).reduce(
      (instance, machine, depth) => this.#ensureChild(instance, machine, path[depth] ?? ''),
      this.#root,
    )
  }

  #ensureChild(parent: Instance, name: string, key: string): Instance {
    const existing = parent.child(name, key)
    if (existing) return existing
    const instance = new Instance(this.#tables.machines[name]?.initial ?? '')
    parent.adopt(name, key, instance)
    return instance
  }

  #apply({ name, machine, path, row }: Move): void {
    if (row === undefined || (row.next === machine.initial && this.#instance(name, path) === undefined)) return
    const instance = this.#ensure(name, path)
    instance.state = row.next
    if (!machine.final?.includes(row.next)) return
    instance.children.clear()
    instance.texts.clear()
    this.#forgetOldest(name, machine, path)
  }

  #forgetOldest(name: string, machine: Machine, path: readonly string[]): void {
    const siblings = this.#parentOf(name, path)?.children.get(name)
    if (siblings === undefined || siblings.size <= REMEMBERED) return
    const ended = [...siblings].filter(([, instance]) => machine.final?.includes(instance.state))
    for (const [key] of ended.slice(0, -REMEMBERED)) siblings.delete(key)
  }

  #parentOf(name: string, path: readonly string[]): Instance | undefined {
    const parent = this.#tables.machines[name]?.parent
    return parent === undefined ? this.#root : this.#instance(parent, path.slice(0, -1))
  }

  #brokenLaws(type: string, message: unknown): Violation[] {
    const violations: Violation[] = []
    for (const [rule, law] of Object.entries(this.#tables.laws)) {
      const detail = this.#breach(rule, law, type, message)
      if (detail !== null) violations.push({ rule, kind: 'law', state: null, sender: 'server', message: type, detail })
    }
    return violations
  }

  #breach(rule: string, law: Law, type: string, message: unknown): string | null {
    switch (law.kind) {
      case 'contiguous':
        return this.#notContiguous(rule, law, type, message)
      case 'increasing':
        return this.#notIncreasing(rule, law, type, message)
      case 'concatenation': {
        const text = type === law.message ? this.#scope(law.scope, message)?.texts.get(rule) : undefined
        if (text === undefined || text === find(message, law.field)) return null
        return `${law.field} is not every ${law.parts.message} since the last ${law.since}, joined`
      }
      case 'children-final':
        return law.messages.includes(type) ? this.#openChild(law.machine, message) : null
      case 'at-most-one':
        return this.#second(law.machine, type, message)
    }
  }

  #notContiguous(rule: string, law: Law & { kind: 'contiguous' }, type: string, message: unknown): string | null {
    const value = counted(law, type, message)
    if (value === null) return null
    const expected = (this.#scope(law.scope, message)?.counters.get(rule) ?? law.first - 1) + 1
    return value === expected ? null : `${law.field} is ${value}, expected ${expected}`
  }

  #notIncreasing(rule: string, law: Law & { kind: 'increasing' }, type: string, message: unknown): string | null {
    const value = counted(law, type, message)
    const last = this.#scope(law.scope, message)?.counters.get(rule)
    if (value === null || last === undefined || value > last) return null
    return `${law.field} is ${value}, expected more than ${last}`
  }

  #openChild(name: string, message: unknown): string | null {
    const machine = this.#tables.machines[name]
    const parent = machine?.parent === undefined ? undefined : this.#tables.machines[machine.parent]
    const path = parent && this.#path(parent, [message])
    if (!machine?.parent || !path) return null
    const open = this.#active(this.#instance(machine.parent, path), name, machine)
    return open === undefined ? null : `${name} ${open} is not over`
  }

  /** Why a message that begins an instance may not: another of the same parent is under way. */
  #second(name: string, type: string, message: unknown): string | null {
    const machine = this.#tables.machines[name]
    const path = machine && this.#path(machine, [message])
    if (!machine || !path || this.#stateAt(name, machine, path) !== machine.initial) return null
    const next = row(machine, machine.initial, 'server', type, message)?.next
    if (next === undefined || next === machine.initial) return null
    const other = this.#active(this.#parentOf(name, path), name, machine)
    return other === undefined ? null : `${name} ${other} is not over`
  }

  #active(parent: Instance | undefined, name: string, machine: Machine): string | undefined {
    const idle = [machine.initial, ...(machine.final ?? [])]
    for (const [key, instance] of parent?.children.get(name) ?? []) if (!idle.includes(instance.state)) return key
    return undefined
  }

  /** The instance in which a law with this scope keeps its memory. */
  #scope(pointer: string, message: unknown): Instance | undefined {
    const found = this.#scopePath(pointer, [message])
    return found && this.#instance(...found)
  }

  #scopePath(pointer: string, sources: readonly unknown[]): [string, string[]] | undefined {
    for (const [name, machine] of Object.entries(this.#tables.machines)) {
      const path = machine.key === pointer ? this.#path(machine, sources) : null
      if (path !== null) return [name, path]
    }
    return undefined
  }

  #count(type: string, message: unknown): void {
    for (const [rule, law] of Object.entries(this.#tables.laws)) {
      if (law.kind === 'concatenation') this.#join(rule, law, type, message)
      if (law.kind !== 'contiguous' && law.kind !== 'increasing') continue
      const value = counted(law, type, message)
      if (value !== null) this.#scope(law.scope, message)?.counters.set(rule, value)
    }
  }

  #join(rule: string, law: Law & { kind: 'concatenation' }, type: string, message: unknown): void {
    const texts = this.#scope(law.scope, message)?.texts
    const text = texts?.get(rule)
    if (type === law.since) texts?.set(rule, '')
    else if (type === law.message) texts?.delete(rule)
    // Without `since`, the connection came in the middle: the text is not known whole and is not judged.
    else if (type === law.parts.message && text !== undefined) {
      texts?.set(rule, text + String(find(message, law.parts.field)))
    }
  }

  #seed(type: string, message: unknown): void {
    const machines = Object.entries(this.#tables.machines)
    for (const [name, machine] of machines) {
      const path = machine.seeded_by?.message === type ? this.#parentPath(machine, message) : null
      if (path !== null) this.#parentOf(name, [...path, ''])?.children.delete(name)
    }
    for (const [name, machine] of machines) {
      if (machine.seeded_by?.message === type) this.#seedMachine(name, machine, machine.seeded_by, message)
    }
    for (const [rule, law] of Object.entries(this.#tables.laws)) {
      if ((law.kind === 'contiguous' || law.kind === 'increasing') && law.seeded_by?.message === type) {
        this.#seedCounter(rule, law.scope, law.seeded_by, message)
      }
    }
  }

  #parentPath(machine: Machine, message: unknown): string[] | null {
    const parent = machine.parent === undefined ? undefined : this.#tables.machines[machine.parent]
    return parent ? this.#path(parent, [message]) : []
  }

  #seedMachine(name: string, machine: Machine, seed: Seed, message: unknown): void {
    for (const sources of items(message, seed.items)) {
      const parent = machine.parent === undefined ? undefined : this.#tables.machines[machine.parent]
      const above = parent ? this.#path(parent, sources) : []
      const key = find(sources[0], seed.key)
      const state = seed.state?.startsWith('/') ? find(sources[0], seed.state) : seed.state
      if (above === null || key === undefined || typeof state !== 'string') continue
      this.#ensure(name, [...above, lowerCase(String(key))]).state = state
    }
  }

  #seedCounter(rule: string, scope: string, seed: Seed, message: unknown): void {
    for (const sources of items(message, seed.items)) {
      const found = this.#scopePath(scope, sources)
      const value = find(sources[0], seed.value ?? '')
      if (found && typeof value === 'number') this.#ensure(...found).counters.set(rule, value)
    }
  }
}

function astray(type: string, pointer: string): Violation {
  const detail = `${pointer} of an item is not that of the ${type} in which it comes`
  return { rule: type, kind: 'law', state: null, sender: 'server', message: type, detail }
}

function unexpected({ name, state }: Move, sender: Sender, type: string): Violation {
  const detail = `${sender} may not send ${type} while the ${name} is ${state}`
  return { rule: name, kind: 'machine', state, sender, message: type, detail }
}

function knows(machine: Machine, sender: Sender, type: string): boolean {
  return machine.transitions.some((row) => row.sender === sender && row.message === type)
}

/** The row that allows a message. One with a guard that holds goes before one without. */
function row(machine: Machine, state: string, sender: Sender, type: string, message: unknown): Transition | undefined {
  const rows = machine.transitions.filter(
    (row) =>
      row.state === state && row.sender === sender && row.message === type && (!row.where || holds(row.where, message)),
  )
  return rows.find((row) => row.where) ?? rows[0]
}

/** The number of a message that a counting law judges; null when it judges none. */
function counted(law: Counting, type: string, message: unknown): number | null {
  const value = find(message, law.field)
  const exempt = law.except !== undefined && holds(law.except, message)
  return typeof value !== 'number' || exempt || law.seeded_by?.message === type ? null : value
}

function holds(guard: Guard, message: unknown): boolean {
  return find(message, guard.pointer) === guard.equals
}

/** What a JSON Pointer (RFC 6901) points to; undefined when nothing is there. */
function find(value: unknown, pointer: string): unknown {
  let found = value
  for (const token of pointer.split('/').slice(1)) {
    if (found === null || typeof found !== 'object' || !Object.hasOwn(found, token)) return undefined
    found = (found as Record<string, unknown>)[token]
  }
  return found
}

/** Each item that a pointer names, followed by the values that it is within, the innermost first. `*` means each of a list. */
function items(message: unknown, pointer: string | undefined): unknown[][] {
  if (pointer === undefined) return [[message]]
  return pointer.split('/*').reduce<unknown[][]>(
    (within, part) =>
      within.flatMap((sources) => {
        const list = find(sources[0], part)
        return Array.isArray(list) ? list.map((item: unknown) => [item, ...sources]) : []
      }),
    [[message]],
  )
}

// Identifiers are UUIDs: upper and lower case are the same (RFC 9562, section 4).
function lowerCase(key: string): string {
  return key.toLowerCase()
}
