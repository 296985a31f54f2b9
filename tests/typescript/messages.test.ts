import assert from 'node:assert/strict'
import test from 'node:test'
import {
  CLIENT_MESSAGE_TYPES,
  dispatch,
  isServerMessage,
  SERVER_MESSAGE_TYPES,
  type ServerMessage,
  type ServerMessageHandlers,
} from '@experience-plane/client'
import { contract } from './contract.js'

const messages = Object.entries(contract.components.messages)

test('The generated types name the messages of the contract, each on its side', () => {
  const sentBy = (side: string) =>
    messages.filter(([, message]) => message['x-direction'] === side).map(([type]) => type)
  assert.deepEqual([...CLIENT_MESSAGE_TYPES], sentBy('client'))
  assert.deepEqual([...SERVER_MESSAGE_TYPES], sentBy('server'))
})

for (const [type, message] of messages) {
  for (const { name, payload } of message.examples) {
    test(`The example ${name} of ${type} is read as a message of its side`, () => {
      const parsed: unknown = JSON.parse(JSON.stringify(payload))
      assert.equal(isServerMessage(parsed), message['x-direction'] === 'server')
    })
  }
}

test('dispatch calls the handler of the type', () => {
  const named = Object.fromEntries(SERVER_MESSAGE_TYPES.map((type) => [type, () => type]))
  const handlers = named as unknown as ServerMessageHandlers<string>
  for (const [type, message] of messages) {
    if (message['x-direction'] === 'server') {
      assert.equal(dispatch(message.examples[0]?.payload as ServerMessage, handlers), type)
    }
  }
})

test('A handler that is missing is a type error', () => {
  // @ts-expect-error all handlers but one are missing
  const handlers: ServerMessageHandlers<void> = { error: () => undefined }
  assert.ok(handlers)
})
