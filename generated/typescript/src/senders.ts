// Generated from contracts/. DO NOT EDIT: change the contract or codegen/typescript/, then run `make generate`.

import type { AgentMessage, ClientMessage, ConnectionPing, ConnectionReauthenticate, ConversationClose, ConversationOpen, RunCancel } from './messages.js'

/** A method to send each message of the client; how, `send` knows. */
export abstract class ClientMessageSender {
  abstract send(message: ClientMessage): void

  /** Begins a conversation, or follows one that exists. */
  sendConversationOpen(fields: Omit<ConversationOpen, 'type'>): void {
    this.send({ type: 'conversation.open', ...fields })
  }

  /** Stops following a conversation on this connection. */
  sendConversationClose(fields: Omit<ConversationClose, 'type'>): void {
    this.send({ type: 'conversation.close', ...fields })
  }

  /** What the user wrote. */
  sendAgentMessage(fields: Omit<AgentMessage, 'type'>): void {
    this.send({ type: 'agent.message', ...fields })
  }

  /** Stops an answer. */
  sendRunCancel(fields: Omit<RunCancel, 'type'>): void {
    this.send({ type: 'run.cancel', ...fields })
  }

  /** Asks for a sign of life. */
  sendConnectionPing(fields: Omit<ConnectionPing, 'type'>): void {
    this.send({ type: 'connection.ping', ...fields })
  }

  /** Gives a fresh access token of the same session. */
  sendConnectionReauthenticate(fields: Omit<ConnectionReauthenticate, 'type'>): void {
    this.send({ type: 'connection.reauthenticate', ...fields })
  }
}
