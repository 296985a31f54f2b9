import assert from 'node:assert/strict'
import test from 'node:test'
import { type ClientMessage, PROTOCOL, ProtocolMonitor, type ServerMessage } from '@experience-plane/client'
import { CONVERSATION, contract, example, RUN, STEP } from './contract.js'

type Step = ['client', ClientMessage] | ['server', ServerMessage]

const OTHER_RUN = '0198c0de-b000-7c3e-8f4b-000000000002'

const ready: Step = ['server', example('connection.ready')]
const opened: Step = ['server', example('conversation.opened')]
const accepted: Step = ['server', example('message.accepted')]
const asked: Step = ['client', example('agent.message')]
const started = (seq: number): Step => ['server', example('agent.started', { seq, cursor: seq })]
const token = (seq: number, delta: string): Step => ['server', example('agent.token', { seq, cursor: seq, delta })]
const stepStarted = (seq: number): Step => ['server', example('step.started', { seq, cursor: seq })]
const stepCompleted = (seq: number): Step => ['server', example('step.completed', { seq, cursor: seq })]
const handoff = (seq: number): Step => ['server', example('agent.handoff', { seq, cursor: seq })]
const completed = (seq: number, text: string): Step => [
  'server',
  example('agent.completed', { seq, cursor: seq, text }),
]
const cancelled = (seq: number): Step => ['server', example('agent.cancelled', { seq, cursor: seq })]
const refused = (slug: string): Step => [
  'server',
  example('error', {
    problem: { type: `/problems/${slug}`, title: slug, status: 409, detail: slug },
    conversation_id: CONVERSATION,
    run_id: RUN,
  }),
]
const cancel: Step = ['client', example('run.cancel')]
const opening: Step[] = [ready, ['client', example('conversation.open')], opened]

const feed = (monitor: ProtocolMonitor, [sender, message]: Step) => monitor.feed(sender, message)

/** Feeds all steps; the rules that the last one breaks. Throws when an earlier one breaks any. */
function brokenBy(...steps: Step[]): string[] {
  const monitor = new ProtocolMonitor()
  const broken = steps.map((step) => feed(monitor, step))
  assert.deepEqual(broken.slice(0, -1).flat(), [])
  return (broken.at(-1) ?? []).map((violation) => violation.rule)
}

const run = [...opening, asked, accepted]
const stepped = [...run, started(2), stepStarted(3)]

const allowed: Record<string, Step[]> = {
  'a whole run with a handoff, a step and an answer': [
    ...run,
    started(2),
    token(3, 'One moment. '),
    handoff(4),
    started(5),
    stepStarted(6),
    stepCompleted(7),
    token(8, 'Three of '),
    token(9, 'the 240.'),
    completed(10, 'Three of the 240.'),
  ],
  'a run that fails before an agent begins': [...run, ['server', example('agent.failed', { seq: 2, cursor: 2 })]],
  'a run that is cancelled while a step is under way': [...stepped, cancel, cancelled(4)],
  'a handoff at the entry': [...run, handoff(2), started(3), completed(4, '')],
  'a message that is sent again': [
    ...run,
    started(2),
    asked,
    ['server', example('message.accepted', { duplicate: true })],
  ],
  'a message that is sent again after its run was forgotten': [
    ...opening,
    asked,
    ['server', example('message.accepted', { duplicate: true, cursor: 1 })],
    // That run is not under way: another may begin.
    ['server', example('message.accepted', { run_id: OTHER_RUN, cursor: 3 })],
  ],
  'a cancellation that comes too late, and its refusal': [
    ...run,
    started(2),
    completed(3, ''),
    cancel,
    refused('run-not-active'),
  ],
  'a run that is met in the middle, whose text cannot be judged': [
    ready,
    ['server', example('conversation.opened', { cursor: 12, active_runs: [activeRun(12)] })],
    token(13, 'the end'),
    completed(14, 'the beginning and the end'),
  ],
  'a step that was under way when the conversation was opened': [
    ready,
    ['server', example('conversation.opened', { cursor: 12, active_runs: [{ ...activeRun(12), steps: [STEP] }] })],
    stepCompleted(13),
    completed(14, ''),
  ],
  'opening again from an earlier position': [
    ...run,
    started(2),
    ['client', example('conversation.open', { conversation_id: CONVERSATION, after_cursor: 0 })],
    opened,
    accepted,
    started(2),
  ],
  'a conversation that could not be opened, opened again': [
    ready,
    ['client', example('conversation.open', { conversation_id: CONVERSATION })],
    refused('conversation-not-found'),
    ['client', example('conversation.open', { conversation_id: CONVERSATION })],
  ],
  'ids in upper case': [
    ...run,
    ['server', example('agent.started', { run_id: RUN.toUpperCase(), conversation_id: CONVERSATION.toUpperCase() })],
  ],
  'a second run after the first': [
    ...run,
    cancelled(2),
    ['server', example('message.accepted', { run_id: OTHER_RUN, cursor: 3 })],
  ],
}

const forbidden: [string, string[], Step[]][] = [
  ['the service speaks before connection.ready', ['connection'], [opened]],
  ['connection.ready comes twice', ['connection'], [ready, ready]],
  ['a message to a conversation that is not open', ['conversation'], [ready, asked]],
  [
    'a message before conversation.opened',
    ['conversation'],
    [ready, ['client', example('conversation.open', { conversation_id: CONVERSATION })], asked],
  ],
  ['an event after the end', ['run'], [...run, started(2), completed(3, ''), token(4, 'more')]],
  ['a second end', ['run'], [...run, cancelled(2), cancelled(3)]],
  ['a token before agent.started', ['run'], [...run, token(2, 'early')]],
  ['an accepted message that is accepted anew', ['run', 'seq-is-contiguous', 'cursor-increases'], [...run, accepted]],
  ['a step that ends twice', ['step'], [...stepped, stepCompleted(4), stepCompleted(5)]],
  [
    'a type that nobody knows',
    ['connection'],
    [...opening, ['client', { type: 'intent' } as unknown as ClientMessage]],
  ],
  ['seq-is-contiguous', ['seq-is-contiguous'], [...run, ['server', example('agent.started', { seq: 3, cursor: 3 })]]],
  [
    'seq-is-contiguous',
    ['seq-is-contiguous'],
    [
      ready,
      ['server', example('conversation.opened', { cursor: 12, active_runs: [activeRun(4)] })],
      ['server', example('agent.token', { seq: 6, cursor: 13 })],
    ],
  ],
  ['cursor-increases', ['cursor-increases'], [...run, ['server', example('agent.started', { seq: 2, cursor: 1 })]]],
  [
    'cursor-increases',
    ['cursor-increases'],
    [
      ready,
      ['server', example('conversation.opened', { cursor: 5 })],
      ['server', example('message.accepted', { cursor: 5 })],
    ],
  ],
  ['text-is-the-tokens', ['text-is-the-tokens'], [...run, started(2), token(3, 'One'), completed(4, 'Two')]],
  [
    'text-is-the-tokens',
    ['text-is-the-tokens'],
    [...run, started(2), token(3, 'One'), handoff(4), started(5), token(6, 'Two'), completed(7, 'OneTwo')],
  ],
  ['steps-end-first', ['steps-end-first'], [...stepped, completed(4, '')]],
  ['steps-end-first', ['steps-end-first'], [...stepped, handoff(4)]],
  [
    'one-run-at-a-time',
    ['one-run-at-a-time'],
    [...run, ['server', example('message.accepted', { run_id: OTHER_RUN, cursor: 2 })]],
  ],
]

function activeRun(seq: number) {
  return { run_id: RUN, seq, state: 'running' as const, steps: [] }
}

for (const [name, steps] of Object.entries(allowed)) {
  test(`The monitor allows ${name}`, () => assert.deepEqual(brokenBy(...steps), []))
}

for (const [name, rules, steps] of forbidden) {
  test(`The monitor finds: ${name} (${steps.length})`, () => assert.deepEqual(brokenBy(...steps), rules))
}

test('Every law of the contract has a case that breaks it', () => {
  const broken = new Set(forbidden.flatMap(([, rules]) => rules))
  for (const law of Object.keys(contract['x-protocol'].laws)) assert.ok(broken.has(law), law)
})

test('What comes in an envelope is judged item by item', () => {
  const tokens = [3, 4, 5].map((seq) => example('agent.token', { seq, cursor: seq, delta: 'a' }))
  const story = [
    example('connection.ready'),
    example('conversation.opened'),
    example('message.accepted'),
    example('agent.started'),
  ]
  const fed = (...events: ReturnType<typeof example<'agent.token'>>[]) => {
    const monitor = new ProtocolMonitor()
    for (const message of story) assert.deepEqual(monitor.feed('server', message), [])
    return monitor.feed('server', { type: 'events', conversation_id: CONVERSATION, events })
  }
  assert.deepEqual(fed(...tokens), [])
  assert.deepEqual(
    fed(...tokens.slice(1)).map(({ rule }) => rule),
    ['seq-is-contiguous'],
  )
  assert.deepEqual(
    fed(...tokens.map((token) => ({ ...token, conversation_id: RUN }))).map(({ rule }) => rule),
    ['events'],
  )
})

test('Every message of the contract that is no envelope has a row in the tables of the connection', () => {
  const rows: readonly { sender: string; message: string }[] = PROTOCOL.machines.connection.transitions
  for (const [type, message] of Object.entries(contract.components.messages)) {
    if (type in PROTOCOL.envelopes) continue
    const sender = message['x-direction']
    assert.ok(
      rows.some((row) => row.sender === sender && row.message === type),
      `${sender} ${type}`,
    )
  }
})

test('A message that breaks a rule moves nothing', () => {
  const monitor = new ProtocolMonitor()
  for (const step of run) feed(monitor, step)
  assert.equal(feed(monitor, token(2, 'early')).length, 1)
  assert.equal(monitor.state('run', CONVERSATION, RUN), 'accepted')
  assert.deepEqual(feed(monitor, started(2)), [])
})

test('The monitor foresees which cancellation will be refused, and why', () => {
  const monitor = new ProtocolMonitor()
  for (const step of opening) feed(monitor, step)
  assert.equal(monitor.refusal(example('run.cancel')), null)
  for (const step of [asked, accepted]) feed(monitor, step)
  assert.equal(monitor.refusal(example('run.cancel')), null)
  feed(monitor, cancelled(2))
  assert.equal(monitor.refusal(example('run.cancel')), 'run-not-active')
})

test('Of many ended runs the monitor remembers only the latest', () => {
  const monitor = new ProtocolMonitor()
  for (const step of opening) feed(monitor, step)
  const id = (number: number) => `0198c0de-b000-7c3e-8f4b-${String(number).padStart(12, '0')}`
  for (let number = 1; number <= 300; number += 1) {
    const run_id = id(number)
    const about = { run_id, cursor: number * 2 }
    assert.deepEqual(monitor.feed('server', example('message.accepted', about)), [])
    assert.deepEqual(
      monitor.feed('server', example('agent.cancelled', { ...about, seq: 2, cursor: number * 2 + 1 })),
      [],
    )
  }
  assert.equal(monitor.state('run', CONVERSATION, id(1)), 'unknown')
  assert.equal(monitor.state('run', CONVERSATION, id(300)), 'ended')
})

test('What is no message of the contract never throws', () => {
  const monitor = new ProtocolMonitor()
  for (const message of [null, 1, 'text', [], {}, { type: 1 }, { type: 'agent.token', run_id: {}, seq: 'x' }]) {
    assert.doesNotThrow(() => monitor.feed('server', message))
  }
})
