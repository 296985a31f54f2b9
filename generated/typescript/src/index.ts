// Generated from contracts/. DO NOT EDIT: change the contract or codegen/typescript/, then run `make generate`.

export * from './agent-socket.js'
export * from './client.js'
export * from './dispatch.js'
export type * as Http from './http.js'
export * from './messages.js'
export * from './monitor.js'
export * from './operations.js'
export * from './problem-error.js'
export * from './problems.js'
export * from './protocol.js'
export * from './senders.js'
