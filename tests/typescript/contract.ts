import { readFileSync } from 'node:fs'
import type { ClientMessage, ServerMessage } from '@experience-plane/client'

interface Example {
  readonly name: string
  readonly payload: ClientMessage | ServerMessage
}

interface ContractMessage {
  readonly 'x-direction': 'client' | 'server'
  readonly payload: { readonly $ref: string }
  readonly examples: readonly Example[]
}

/** The bundled contract (`npm run bundle`), as far as these tests read it. */
export const contract = JSON.parse(readFileSync('build/asyncapi.bundle.json', 'utf8')) as {
  readonly components: { readonly messages: Readonly<Record<string, ContractMessage>> }
  readonly 'x-protocol': { readonly laws: Readonly<Record<string, unknown>> }
}

/** A message example of the contract, with some of its fields replaced. */
export function example<T extends (ClientMessage | ServerMessage)['type']>(
  type: T,
  fields: Partial<Extract<ClientMessage | ServerMessage, { type: T }>> = {},
): Extract<ClientMessage | ServerMessage, { type: T }> {
  const found = contract.components.messages[type]?.examples[0]?.payload
  if (found === undefined) throw new Error(`The contract has no example of ${type}`)
  return { ...(found as Extract<ClientMessage | ServerMessage, { type: T }>), ...fields }
}

export const CONVERSATION = example('conversation.opened').conversation_id
export const RUN = example('message.accepted').run_id
export const STEP = example('step.started').step_id
