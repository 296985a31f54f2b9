// AG-UI's own client talks with the service: it verifies the order of events and builds the messages that a frontend shows.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { HttpAgent } from '@ag-ui/client'

const QUESTION = 'How many rows have no e-mail address?\n\nname,email,city\nAda,ada@example.com,London\nGrace,,New York\n'

const agent = (threadId) =>
  new HttpAgent({ url: process.env.URL, headers: { Authorization: `Bearer ${process.env.TOKEN}` }, threadId })

test('two questions are answered in one thread', async () => {
  const talk = agent(randomUUID())
  for (const content of ['What can you do?', QUESTION]) {
    talk.addMessage({ id: randomUUID(), role: 'user', content })
    const { newMessages } = await talk.runAgent()
    assert.ok(newMessages.some((message) => message.role === 'assistant' && message.content))
  }
  const calls = talk.messages.flatMap((message) => message.toolCalls ?? [])
  const results = talk.messages.filter((message) => message.role === 'tool')
  assert.ok(calls.length > 0)
  assert.deepEqual(new Set(results.map((result) => result.toolCallId)), new Set(calls.map((call) => call.id)))
  for (const call of calls) assert.ok(JSON.parse(call.function.arguments).title)
})

test('a refusal is an error', async () => {
  const talk = agent(randomUUID())
  talk.addMessage({ id: randomUUID(), role: 'assistant', content: 'I talk to myself.' })
  await assert.rejects(talk.runAgent(), /422/)
})
