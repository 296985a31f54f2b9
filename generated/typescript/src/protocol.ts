// Generated from contracts/. DO NOT EDIT: change the contract or codegen/typescript/, then run `make generate`.

import type { ProtocolTables } from './monitor.js'

/** Where the socket is, relative to the service. */
export const SOCKET_PATH = '/api/runtime/agent'

/** The subprotocol that a client offers. */
export const SUBPROTOCOL = 'experience.agent.v1'

/** The states of each machine. */
export type MachineStates = {
  connection: 'accepted' | 'ready'
  conversation: 'closed' | 'opening' | 'open' | 'closing'
  run: 'unknown' | 'accepted' | 'running' | 'handing_off' | 'ended'
  step: 'unknown' | 'started' | 'ended'
}

/** The close codes of the contract. */
export const CLOSE_CODES = {
  '1000': { meaning: 'The client is done.', reconnect: false },
  '1001': { meaning: 'The service is stopping.', reconnect: true },
  '1002': { meaning: 'A frame broke the WebSocket protocol (RFC 6455, section 7.4.1).', reconnect: true },
  '1007': { meaning: 'A text frame was not UTF-8.', reconnect: true },
  '1009': { meaning: 'A message was larger than limits.max_message_bytes.', reconnect: true },
  '4400': { meaning: 'Violations of the contract were repeated; or the client found one by the service.', problem: 'invalid-message', reconnect: false },
  '4401': { meaning: 'Authentication has expired, or the session has ended. Buy a new ticket; when that is refused, log in.', problem: 'unauthenticated', reconnect: true },
  '4408': { meaning: 'The client did not answer a ping in time.', problem: 'connection-timeout', reconnect: true },
  '4500': { meaning: 'Something went wrong on our side.', problem: 'internal-error', reconnect: true },
  '4508': { meaning: 'The client read more slowly than it was sent to. Open the conversations again from the last cursors.', problem: 'slow-reader', reconnect: true },
} as const

/** The order in which messages may be sent: state machines, and laws over fields. */
export const PROTOCOL = {
  version: '1.1.0',
  channel: 'agent',
  discriminator: '/type',
  envelopes: {
    events: { description: 'Events that were ready together. Each is judged as if it had been sent by itself.', items: '/events', same: ['/conversation_id'], max_items: '/limits/max_batch_events', max_bytes: '/limits/max_batch_bytes' },
  },
  machines: {
    connection: {
      description: 'One for each socket. It exists once the handshake is accepted.',
      key: null,
      initial: 'accepted',
      states: {
        accepted: { description: 'The handshake is done; the service has not spoken yet.' },
        ready: { description: 'Messages flow.' },
      },
      transitions: [
        { state: 'accepted', sender: 'server', message: 'connection.ready', next: 'ready' },
        { state: 'ready', sender: 'client', message: 'connection.ping', next: 'ready' },
        { state: 'ready', sender: 'server', message: 'connection.pong', next: 'ready' },
        { state: 'ready', sender: 'client', message: 'connection.reauthenticate', next: 'ready' },
        { state: 'ready', sender: 'server', message: 'connection.reauthenticated', next: 'ready' },
        { state: 'ready', sender: 'server', message: 'connection.expiring', next: 'ready' },
        { state: 'ready', sender: 'server', message: 'connection.draining', next: 'ready' },
        { state: 'ready', sender: 'client', message: 'conversation.close', next: 'ready' },
        { state: 'ready', sender: 'server', message: 'conversation.closed', next: 'ready' },
        { state: 'ready', sender: 'client', message: 'conversation.open', next: 'ready' },
        { state: 'ready', sender: 'server', message: 'conversation.opened', next: 'ready' },
        { state: 'ready', sender: 'client', message: 'agent.message', next: 'ready' },
        { state: 'ready', sender: 'client', message: 'run.cancel', next: 'ready' },
        { state: 'ready', sender: 'server', message: 'message.accepted', next: 'ready' },
        { state: 'ready', sender: 'server', message: 'agent.started', next: 'ready' },
        { state: 'ready', sender: 'server', message: 'agent.handoff', next: 'ready' },
        { state: 'ready', sender: 'server', message: 'agent.token', next: 'ready' },
        { state: 'ready', sender: 'server', message: 'step.started', next: 'ready' },
        { state: 'ready', sender: 'server', message: 'step.completed', next: 'ready' },
        { state: 'ready', sender: 'server', message: 'step.failed', next: 'ready' },
        { state: 'ready', sender: 'server', message: 'agent.completed', next: 'ready' },
        { state: 'ready', sender: 'server', message: 'agent.failed', next: 'ready' },
        { state: 'ready', sender: 'server', message: 'agent.cancelled', next: 'ready' },
        { state: 'ready', sender: 'server', message: 'error', next: 'ready' },
      ],
    },
    conversation: {
      description: 'One for each conversation_id on a connection. A `conversation.open` without conversation_id moves none.',
      key: '/conversation_id',
      initial: 'closed',
      states: {
        closed: { description: 'This connection does not follow the conversation.' },
        opening: { description: 'The client asked to follow it.' },
        open: { description: 'The connection follows the conversation.' },
        closing: { description: 'The client asked not to follow it any more; what was on its way may still come.' },
      },
      transitions: [
        { state: 'closed', sender: 'client', message: 'conversation.open', next: 'opening' },
        { state: 'closed', sender: 'server', message: 'conversation.opened', next: 'open' },
        { state: 'closed', sender: 'server', message: 'error', next: 'closed' },
        { state: 'opening', sender: 'client', message: 'conversation.open', next: 'opening' },
        { state: 'opening', sender: 'server', message: 'conversation.opened', next: 'open' },
        { state: 'opening', sender: 'server', message: 'error', next: 'closed' },
        { state: 'open', sender: 'client', message: 'conversation.open', next: 'open' },
        { state: 'open', sender: 'server', message: 'conversation.opened', next: 'open' },
        { state: 'open', sender: 'server', message: 'error', next: 'open' },
        { state: 'open', sender: 'client', message: 'agent.message', next: 'open' },
        { state: 'open', sender: 'client', message: 'run.cancel', next: 'open' },
        { state: 'open', sender: 'server', message: 'message.accepted', next: 'open' },
        { state: 'open', sender: 'server', message: 'agent.started', next: 'open' },
        { state: 'open', sender: 'server', message: 'agent.handoff', next: 'open' },
        { state: 'open', sender: 'server', message: 'agent.token', next: 'open' },
        { state: 'open', sender: 'server', message: 'step.started', next: 'open' },
        { state: 'open', sender: 'server', message: 'step.completed', next: 'open' },
        { state: 'open', sender: 'server', message: 'step.failed', next: 'open' },
        { state: 'open', sender: 'server', message: 'agent.completed', next: 'open' },
        { state: 'open', sender: 'server', message: 'agent.failed', next: 'open' },
        { state: 'open', sender: 'server', message: 'agent.cancelled', next: 'open' },
        { state: 'open', sender: 'client', message: 'conversation.close', next: 'closing' },
        { state: 'closing', sender: 'server', message: 'conversation.closed', next: 'closed' },
        { state: 'closing', sender: 'server', message: 'conversation.opened', next: 'closing' },
        { state: 'closing', sender: 'server', message: 'error', next: 'closing' },
        { state: 'closing', sender: 'server', message: 'message.accepted', next: 'closing' },
        { state: 'closing', sender: 'server', message: 'agent.started', next: 'closing' },
        { state: 'closing', sender: 'server', message: 'agent.handoff', next: 'closing' },
        { state: 'closing', sender: 'server', message: 'agent.token', next: 'closing' },
        { state: 'closing', sender: 'server', message: 'step.started', next: 'closing' },
        { state: 'closing', sender: 'server', message: 'step.completed', next: 'closing' },
        { state: 'closing', sender: 'server', message: 'step.failed', next: 'closing' },
        { state: 'closing', sender: 'server', message: 'agent.completed', next: 'closing' },
        { state: 'closing', sender: 'server', message: 'agent.failed', next: 'closing' },
        { state: 'closing', sender: 'server', message: 'agent.cancelled', next: 'closing' },
      ],
    },
    run: {
      description: 'One for each run_id of a conversation. `conversation.opened` sets the machines of the conversation anew: each run in `active_runs` to the\nstate that it names, all others to unknown.\n',
      key: '/run_id',
      parent: 'conversation',
      initial: 'unknown',
      final: [
        'ended',
      ],
      seeded_by: {
        message: 'conversation.opened',
        items: '/active_runs',
        key: '/run_id',
        state: '/state',
      },
      states: {
        unknown: { description: 'The connection has seen nothing of the run.' },
        accepted: { description: 'The message is accepted; no agent has begun.' },
        running: { description: 'An agent is at work.' },
        handing_off: { description: 'An agent has handed over; the next has not begun.' },
        ended: { description: 'Completed, failed or cancelled.' },
      },
      transitions: [
        { state: 'unknown', sender: 'server', message: 'message.accepted', next: 'accepted' },
        { state: 'unknown', sender: 'server', message: 'message.accepted', where: { pointer: '/duplicate', equals: true }, next: 'unknown' },
        { state: 'unknown', sender: 'client', message: 'run.cancel', next: 'unknown' },
        { state: 'unknown', sender: 'server', message: 'error', next: 'unknown' },
        { state: 'accepted', sender: 'server', message: 'message.accepted', where: { pointer: '/duplicate', equals: true }, next: 'accepted' },
        { state: 'accepted', sender: 'client', message: 'run.cancel', next: 'accepted' },
        { state: 'accepted', sender: 'server', message: 'error', next: 'accepted' },
        { state: 'accepted', sender: 'server', message: 'agent.started', next: 'running' },
        { state: 'accepted', sender: 'server', message: 'agent.handoff', next: 'handing_off' },
        { state: 'accepted', sender: 'server', message: 'agent.failed', next: 'ended' },
        { state: 'accepted', sender: 'server', message: 'agent.cancelled', next: 'ended' },
        { state: 'running', sender: 'server', message: 'message.accepted', where: { pointer: '/duplicate', equals: true }, next: 'running' },
        { state: 'running', sender: 'client', message: 'run.cancel', next: 'running' },
        { state: 'running', sender: 'server', message: 'error', next: 'running' },
        { state: 'running', sender: 'server', message: 'agent.token', next: 'running' },
        { state: 'running', sender: 'server', message: 'step.started', next: 'running' },
        { state: 'running', sender: 'server', message: 'step.completed', next: 'running' },
        { state: 'running', sender: 'server', message: 'step.failed', next: 'running' },
        { state: 'running', sender: 'server', message: 'agent.handoff', next: 'handing_off' },
        { state: 'running', sender: 'server', message: 'agent.completed', next: 'ended' },
        { state: 'running', sender: 'server', message: 'agent.failed', next: 'ended' },
        { state: 'running', sender: 'server', message: 'agent.cancelled', next: 'ended' },
        { state: 'handing_off', sender: 'server', message: 'message.accepted', where: { pointer: '/duplicate', equals: true }, next: 'handing_off' },
        { state: 'handing_off', sender: 'client', message: 'run.cancel', next: 'handing_off' },
        { state: 'handing_off', sender: 'server', message: 'error', next: 'handing_off' },
        { state: 'handing_off', sender: 'server', message: 'agent.started', next: 'running' },
        { state: 'handing_off', sender: 'server', message: 'agent.failed', next: 'ended' },
        { state: 'handing_off', sender: 'server', message: 'agent.cancelled', next: 'ended' },
        { state: 'ended', sender: 'server', message: 'message.accepted', where: { pointer: '/duplicate', equals: true }, next: 'ended' },
        { state: 'ended', sender: 'client', message: 'run.cancel', next: 'ended', refused_with: 'run-not-active' },
        { state: 'ended', sender: 'server', message: 'error', next: 'ended' },
      ],
    },
    step: {
      description: 'One for each step_id of a run.',
      key: '/step_id',
      parent: 'run',
      initial: 'unknown',
      final: [
        'ended',
      ],
      seeded_by: {
        message: 'conversation.opened',
        items: '/active_runs/*/steps',
        key: '',
        state: 'started',
      },
      states: {
        unknown: { description: 'The connection has seen nothing of the step.' },
        started: { description: 'The step is under way.' },
        ended: { description: 'The step is over.' },
      },
      transitions: [
        { state: 'unknown', sender: 'server', message: 'step.started', next: 'started' },
        { state: 'started', sender: 'server', message: 'step.completed', next: 'ended' },
        { state: 'started', sender: 'server', message: 'step.failed', next: 'ended' },
      ],
    },
  },
  laws: {
    'seq-is-contiguous': { kind: 'contiguous', description: '`seq` is 1, 2, 3 … within a run; in a run of `active_runs` it goes on after the `seq` given there.', field: '/seq', scope: '/run_id', first: 1, seeded_by: { message: 'conversation.opened', items: '/active_runs', key: '/run_id', value: '/seq' }, except: { pointer: '/duplicate', equals: true } },
    'cursor-increases': { kind: 'increasing', description: '`cursor` is larger with each event of a conversation, and larger than the `cursor` of `conversation.opened`.', field: '/cursor', scope: '/conversation_id', seeded_by: { message: 'conversation.opened', key: '/conversation_id', value: '/cursor' }, except: { pointer: '/duplicate', equals: true } },
    'text-is-the-tokens': { kind: 'concatenation', description: '`text` of `agent.completed` is every `delta` since the last `agent.started` of the run, joined.', field: '/text', message: 'agent.completed', scope: '/run_id', parts: { message: 'agent.token', field: '/delta' }, since: 'agent.started' },
    'steps-end-first': { kind: 'children-final', description: 'A run does not complete or hand over while one of its steps is under way.', machine: 'step', messages: ['agent.completed', 'agent.handoff'] },
    'one-run-at-a-time': { kind: 'at-most-one', description: 'A conversation has at most one run that is neither unknown nor ended.', machine: 'run', scope: '/conversation_id' },
  },
  violation: {
    client: { problem: 'message-out-of-order' },
    server: { close: 4400 },
    repeated: { limit: '/limits/max_violations_per_minute', problem: 'invalid-message', close: 4400 },
  },
  close_codes: CLOSE_CODES,
} as const satisfies ProtocolTables
