// Generated from contracts/. DO NOT EDIT: change the contract or codegen/typescript/, then run `make generate`.

/**
 * What either side sends.
 */
export type AgentSocketMessage = ClientMessage | ServerMessage
/**
 * What a client sends.
 */
export type ClientMessage =
  ConversationOpen | ConversationClose | AgentMessage | RunCancel | ConnectionPing | ConnectionReauthenticate
/**
 * The trace of which the message is a part (W3C Trace Context, section 3.2); the service carries it on to its log and its runs.
 */
export type TraceParent = string
/**
 * The client's own mark on a message; the direct reply repeats it.
 */
export type CorrelationId = string
/**
 * A conversation, as a UUID made by the service.
 */
export type ConversationId = string
/**
 * A position in the log of a conversation. Strictly increasing within the conversation; what a client resumes from. 0 is before the first event.
 */
export type Cursor = number
/**
 * A message. The client makes a new UUID for each message of the user, so that sending it again is safe.
 */
export type MessageId = string
/**
 * What the user writes, in Markdown or plain text. Holds no NUL character and is not blank.
 */
export type MessageText = string
/**
 * The part of the product from which the user writes; `general` when it is none of the realms.
 */
export type Surface = 'general' | 'content' | 'insights' | 'journey' | 'outcomes'
/**
 * The project on which the user works, as the product names it.
 */
export type ProjectId = string
/**
 * One run, that is, all that happens to answer one message of the user, as a UUID made by the service.
 */
export type RunId = string
/**
 * What the service sends.
 */
export type ServerMessage =
  | ConnectionReauthenticated
  | ConnectionExpiring
  | ConnectionDraining
  | ConnectionReady
  | ConversationOpened
  | ConversationClosed
  | MessageAccepted
  | AgentStarted
  | AgentHandoff
  | AgentToken
  | StepStarted
  | StepCompleted
  | StepFailed
  | AgentCompleted
  | AgentFailed
  | AgentCancelled
  | Events
  | ConnectionPong
  | ErrorMessage
/**
 * A user, as a UUID (RFC 9562).
 */
export type UserId = string
/**
 * The tenant that a user belongs to, as a UUID.
 */
export type TenantId = string
/**
 * The number of an event within its run; 1, 2, 3 … without a gap.
 */
export type Seq = number
/**
 * One step of a run, as a UUID made by the service.
 */
export type StepId = string
/**
 * The position of an event in the log of its conversation; strictly increasing, and what a client resumes from.
 */
export type EventCursor = number
/**
 * A moment in UTC (RFC 3339).
 */
export type Timestamp = string
/**
 * An agent, `guide.{name}` or `liaison.{realm}`.
 */
export type AgentId = string
/**
 * What an agent does in a step, `realm.verb_object`.
 */
export type Intent = string
/**
 * An event of a run.
 */
export type AnyEvent =
  | MessageAccepted
  | AgentStarted
  | AgentHandoff
  | AgentToken
  | StepStarted
  | StepCompleted
  | StepFailed
  | AgentCompleted
  | AgentFailed
  | AgentCancelled

/**
 * Begins a conversation, or follows one that exists.
 */
export interface ConversationOpen {
  /**
   * The type of the message.
   */
  type: 'conversation.open'
  traceparent?: TraceParent
  correlation_id?: CorrelationId
  conversation_id?: ConversationId
  after_cursor?: Cursor
  /**
   * Whether the events of the conversation come in `events` messages on this connection.
   */
  batch?: boolean
}
/**
 * Stops following a conversation on this connection.
 */
export interface ConversationClose {
  /**
   * The type of the message.
   */
  type: 'conversation.close'
  traceparent?: TraceParent
  correlation_id?: CorrelationId
  conversation_id: ConversationId
}
/**
 * What the user wrote.
 */
export interface AgentMessage {
  /**
   * The type of the message.
   */
  type: 'agent.message'
  traceparent?: TraceParent
  conversation_id: ConversationId
  message_id: MessageId
  text: MessageText
  context: MessageContext
}
/**
 * Where in the product the user is.
 */
export interface MessageContext {
  surface: Surface
  project_id?: ProjectId
}
/**
 * Stops an answer.
 */
export interface RunCancel {
  /**
   * The type of the message.
   */
  type: 'run.cancel'
  traceparent?: TraceParent
  correlation_id?: CorrelationId
  conversation_id: ConversationId
  run_id: RunId
}
/**
 * Asks for a sign of life.
 */
export interface ConnectionPing {
  /**
   * The type of the message.
   */
  type: 'connection.ping'
  traceparent?: TraceParent
  correlation_id?: CorrelationId
}
/**
 * Gives a fresh access token of the same session.
 */
export interface ConnectionReauthenticate {
  /**
   * The type of the message.
   */
  type: 'connection.reauthenticate'
  traceparent?: TraceParent
  correlation_id?: CorrelationId
  /**
   * As in the `Authorization` header, without `Bearer`.
   */
  access_token: string
}
/**
 * How long the connection may live now.
 */
export interface ConnectionReauthenticated {
  /**
   * The type of the message.
   */
  type: 'connection.reauthenticated'
  correlation_id?: CorrelationId
  /**
   * When the connection's authentication ends.
   */
  expires_at: string
}
/**
 * The authentication of the connection ends soon.
 */
export interface ConnectionExpiring {
  /**
   * The type of the message.
   */
  type: 'connection.expiring'
  /**
   * When the connection is closed with 4401.
   */
  expires_at: string
}
/**
 * The service is stopping.
 */
export interface ConnectionDraining {
  /**
   * The type of the message.
   */
  type: 'connection.draining'
  /**
   * How long to wait before connecting again; another number for each client, so that not all come at once.
   */
  reconnect_after_ms: number
}
/**
 * Says who is connected, and the limits.
 */
export interface ConnectionReady {
  /**
   * The type of the message.
   */
  type: 'connection.ready'
  /**
   * The id under which the log has this connection.
   */
  connection_id: string
  user_id: UserId
  tenant_id: TenantId
  /**
   * The version of the service.
   */
  server_version: string
  /**
   * When the connection's authentication ends; it is then closed with 4401.
   */
  expires_at: string
  limits: Limits
  heartbeat: Heartbeat
}
/**
 * The limits of this connection.
 */
export interface Limits {
  /**
   * Bytes of one message in UTF-8; a larger one closes the connection with 1009.
   */
  max_message_bytes: number
  /**
   * Code points of `agent.message` `text`.
   */
  max_text_length: number
  /**
   * Conversations that this connection may have open.
   */
  max_open_conversations: number
  /**
   * `agent.message` that a connection may send in 60 seconds.
   */
  max_messages_per_minute: number
  /**
   * Messages against the contract that are answered within 60 seconds; one more closes the connection with 4400.
   */
  max_violations_per_minute: number
  /**
   * Events in one `events` message.
   */
  max_batch_events: number
  /**
   * Bytes of one `events` message in UTF-8, unless it holds a single event.
   */
  max_batch_bytes: number
  /**
   * Arrays and objects within each other in a message.
   */
  max_json_depth: number
  /**
   * Runs of one user that may be active at once.
   */
  max_active_runs: number
  /**
   * Sockets that a user may have open; the handshake of one more is answered with 429.
   */
  max_sockets_per_user: number
  /**
   * Bytes that may wait to be sent to this client; one that leaves them waiting is closed with 4508.
   */
  max_send_queue_bytes: number
}
/**
 * How the service finds out that a client is gone.
 */
export interface Heartbeat {
  /**
   * Between two WebSocket pings of the service.
   */
  interval_seconds: number
  /**
   * How long a pong may take; then the connection is closed with 4408.
   */
  timeout_seconds: number
}
/**
 * Says from which position events follow.
 */
export interface ConversationOpened {
  /**
   * The type of the message.
   */
  type: 'conversation.opened'
  correlation_id?: CorrelationId
  conversation_id: ConversationId
  cursor: Cursor
  /**
   * What came before `cursor` does not follow; it is in the history.
   */
  reset?: true
  /**
   * The runs that had begun and not ended at `cursor`.
   */
  active_runs: ActiveRun[]
}
/**
 * A run that had begun and not ended at the position from which events follow.
 */
export interface ActiveRun {
  run_id: RunId
  seq: Seq
  /**
   * The state of the run's machine in x-protocol.
   */
  state: 'accepted' | 'running' | 'handing_off'
  /**
   * The steps that had begun and not ended.
   */
  steps: StepId[]
}
/**
 * No more events of the conversation follow on this connection.
 */
export interface ConversationClosed {
  /**
   * The type of the message.
   */
  type: 'conversation.closed'
  correlation_id?: CorrelationId
  conversation_id: ConversationId
}
/**
 * The first event of a run; with `duplicate`, the reply to a message that was sent again.
 */
export interface MessageAccepted {
  /**
   * The type of the message.
   */
  type: 'message.accepted'
  conversation_id: ConversationId
  run_id: RunId
  /**
   * Always the first of its run.
   */
  seq: 1
  cursor: EventCursor
  at: Timestamp
  message_id: MessageId
  text: MessageText
  context: MessageContext
  /**
   * The message was accepted before; this is its run.
   */
  duplicate?: true
}
/**
 * Says which agent answers.
 */
export interface AgentStarted {
  /**
   * The type of the message.
   */
  type: 'agent.started'
  conversation_id: ConversationId
  run_id: RunId
  seq: Seq
  cursor: EventCursor
  at: Timestamp
  agent_id: AgentId
}
/**
 * Another agent goes on.
 */
export interface AgentHandoff {
  /**
   * The type of the message.
   */
  type: 'agent.handoff'
  conversation_id: ConversationId
  run_id: RunId
  seq: Seq
  cursor: EventCursor
  at: Timestamp
  from_agent_id: AgentId
  to_agent_id: AgentId
  /**
   * Why, for the user to read.
   */
  reason: string
}
/**
 * The next piece of the agent's text.
 */
export interface AgentToken {
  /**
   * The type of the message.
   */
  type: 'agent.token'
  conversation_id: ConversationId
  run_id: RunId
  seq: Seq
  cursor: EventCursor
  at: Timestamp
  /**
   * The piece.
   */
  delta: string
}
/**
 * The agent does something for the user.
 */
export interface StepStarted {
  /**
   * The type of the message.
   */
  type: 'step.started'
  conversation_id: ConversationId
  run_id: RunId
  seq: Seq
  cursor: EventCursor
  at: Timestamp
  step_id: StepId
  intent: Intent
  /**
   * What the agent does, for the user to read.
   */
  title: string
}
/**
 * Says what came of the step.
 */
export interface StepCompleted {
  /**
   * The type of the message.
   */
  type: 'step.completed'
  conversation_id: ConversationId
  run_id: RunId
  seq: Seq
  cursor: EventCursor
  at: Timestamp
  step_id: StepId
  /**
   * What came of it, for the user to read.
   */
  summary: string
}
/**
 * Says why the step did not work.
 */
export interface StepFailed {
  /**
   * The type of the message.
   */
  type: 'step.failed'
  conversation_id: ConversationId
  run_id: RunId
  seq: Seq
  cursor: EventCursor
  at: Timestamp
  step_id: StepId
  /**
   * Why, for the user to read.
   */
  reason: string
}
/**
 * The whole answer; an end of a run.
 */
export interface AgentCompleted {
  /**
   * The type of the message.
   */
  type: 'agent.completed'
  conversation_id: ConversationId
  run_id: RunId
  seq: Seq
  cursor: EventCursor
  at: Timestamp
  agent_id: AgentId
  /**
   * The id of the answer in the history; a UUID made by the service.
   */
  message_id: string
  /**
   * The answer in Markdown.
   */
  text: string
}
/**
 * Why there is no answer; an end of a run.
 */
export interface AgentFailed {
  /**
   * The type of the message.
   */
  type: 'agent.failed'
  conversation_id: ConversationId
  run_id: RunId
  seq: Seq
  cursor: EventCursor
  at: Timestamp
  problem: Problem
}
/**
 * A problem detail (RFC 9457). `type` is `/problems/{slug}` with a slug of the registry `problems.yaml`, and opens as a page.
 */
export interface Problem {
  /**
   * The problem type, `/problems/{slug}`, relative to the service.
   */
  type: string
  /**
   * What kind of problem this is; the same for each occurrence.
   */
  title: string
  /**
   * The HTTP status; given on the socket too.
   */
  status: number
  /**
   * What happened this time, for a person to read. Never holds a secret or an internal cause.
   */
  detail: string
  /**
   * The path of the request, or of the socket.
   */
  instance?: string
  /**
   * The id under which the log has this occurrence; on the socket, the id of the connection.
   */
  request_id?: string
  /**
   * Each single fault in what was sent.
   */
  errors?: ProblemFault[]
}
/**
 * One fault in what was sent.
 */
export interface ProblemFault {
  /**
   * JSON Pointer (RFC 6901) to the field in the body or message; for a parameter, `/query/{name}` or `/path/{name}`.
   */
  pointer: string
  /**
   * What is wrong with it.
   */
  detail: string
}
/**
 * The answer was stopped; an end of a run.
 */
export interface AgentCancelled {
  /**
   * The type of the message.
   */
  type: 'agent.cancelled'
  conversation_id: ConversationId
  run_id: RunId
  seq: Seq
  cursor: EventCursor
  at: Timestamp
}
/**
 * Events of one conversation that were ready together.
 */
export interface Events {
  /**
   * The type of the message.
   */
  type: 'events'
  conversation_id: ConversationId
  /**
   * The events, in the order of the log; all of this conversation.
   *
   * @minItems 1
   */
  events: [AnyEvent, ...AnyEvent[]]
}
/**
 * A sign of life.
 */
export interface ConnectionPong {
  /**
   * The type of the message.
   */
  type: 'connection.pong'
  correlation_id?: CorrelationId
  at: Timestamp
}
/**
 * What was wrong with a message of the client.
 */
export interface ErrorMessage {
  /**
   * The type of the message.
   */
  type: 'error'
  problem: Problem
  correlation_id?: CorrelationId
  conversation_id?: ConversationId
  message_id?: MessageId
  run_id?: RunId
}

/** An event of a run; it is in the log of its conversation. */
export type RunEvent =
  | MessageAccepted
  | AgentStarted
  | AgentHandoff
  | AgentToken
  | StepStarted
  | StepCompleted
  | StepFailed
  | AgentCompleted
  | AgentFailed
  | AgentCancelled

/** The type of each message that a client sends. */
export const CLIENT_MESSAGE_TYPES = [
  'conversation.open',
  'conversation.close',
  'agent.message',
  'run.cancel',
  'connection.ping',
  'connection.reauthenticate',
] as const satisfies readonly ClientMessage['type'][]

/** The type of each message that the service sends. */
export const SERVER_MESSAGE_TYPES = [
  'connection.reauthenticated',
  'connection.expiring',
  'connection.draining',
  'connection.ready',
  'conversation.opened',
  'conversation.closed',
  'message.accepted',
  'agent.started',
  'agent.handoff',
  'agent.token',
  'step.started',
  'step.completed',
  'step.failed',
  'agent.completed',
  'agent.failed',
  'agent.cancelled',
  'events',
  'connection.pong',
  'error',
] as const satisfies readonly ServerMessage['type'][]

/** The type of each event of a run. */
export const RUN_EVENT_TYPES = [
  'message.accepted',
  'agent.started',
  'agent.handoff',
  'agent.token',
  'step.started',
  'step.completed',
  'step.failed',
  'agent.completed',
  'agent.failed',
  'agent.cancelled',
] as const satisfies readonly RunEvent['type'][]

const serverMessageTypes: ReadonlySet<unknown> = new Set(SERVER_MESSAGE_TYPES)
const runEventTypes: ReadonlySet<unknown> = new Set(RUN_EVENT_TYPES)

/** Whether a value read from the socket has the type of a message that this client knows. Its fields are not looked at. */
export function isServerMessage(value: unknown): value is ServerMessage {
  return value !== null && typeof value === 'object' && 'type' in value && serverMessageTypes.has(value.type)
}

export function isRunEvent(message: ServerMessage): message is RunEvent {
  return runEventTypes.has(message.type)
}

/** What directly answers each message of the client. */
export interface Replies {
  'conversation.open': Extract<ServerMessage, { type: 'conversation.opened' | 'error' }>
  'conversation.close': Extract<ServerMessage, { type: 'conversation.closed' | 'error' }>
  'agent.message': Extract<ServerMessage, { type: 'message.accepted' | 'error' }>
  'run.cancel': Extract<ServerMessage, { type: 'agent.cancelled' | 'error' }>
  'connection.ping': Extract<ServerMessage, { type: 'connection.pong' | 'error' }>
  'connection.reauthenticate': Extract<ServerMessage, { type: 'connection.reauthenticated' | 'error' }>
}
