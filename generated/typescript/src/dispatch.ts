// Generated from contracts/. DO NOT EDIT: change the contract or codegen/typescript/, then run `make generate`.

import type { ServerMessage } from './messages.js'

/**
 * One handler for each message that the service sends. When the contract gains a message, an object of this type that lacks
 * its handler no longer compiles.
 */
export type ServerMessageHandlers<R> = {
  readonly [T in ServerMessage['type']]: (message: Extract<ServerMessage, { type: T }>) => R
}

/** Calls the handler of a message. */
export function dispatch<R>(message: ServerMessage, handlers: ServerMessageHandlers<R>): R {
  const handler = handlers[message.type] as (message: ServerMessage) => R
  return handler(message)
}

/**
 * For the `default` of a switch over `message.type`: it compiles only while the switch has a case for each type. It does
 * nothing when run, because a newer service may send a type that this client does not know.
 */
export function allHandled(_message: never): void {}
