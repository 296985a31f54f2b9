// `x-protocol` of the contract as typed data, and what else of the channel a client needs.
import { block } from './literal.mjs'

export function protocol(asyncapi) {
  const tables = asyncapi['x-protocol']
  const channel = asyncapi.channels[tables.channel]
  return `import type { ProtocolTables } from './monitor.js'

/** Where the socket is, relative to the service. */
export const SOCKET_PATH = '${channel.address}'

/** The subprotocol that a client offers. */
export const SUBPROTOCOL = '${channel['x-subprotocol']}'

/** The states of each machine. */
export type MachineStates = {
${Object.entries(tables.machines)
  .map(
    ([name, { states }]) =>
      `  ${name}: ${Object.keys(states)
        .map((state) => `'${state}'`)
        .join(' | ')}`,
  )
  .join('\n')}
}

/** The close codes of the contract. */
export const CLOSE_CODES = ${block(tables.close_codes, 1)} as const

/** The order in which messages may be sent: state machines, and laws over fields. */
export const PROTOCOL = {
  version: ${block(tables.version)},
  channel: ${block(tables.channel)},
  discriminator: ${block(tables.discriminator)},
  envelopes: ${block(tables.envelopes ?? {}, 1, '  ')},
  machines: ${block(tables.machines, 3, '  ')},
  laws: ${block(tables.laws, 1, '  ')},
  violation: ${block(tables.violation, 1, '  ')},
  close_codes: CLOSE_CODES,
} as const satisfies ProtocolTables
`
}
