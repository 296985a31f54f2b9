import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { ClientMessage, ServerMessage } from '@experience-plane/client'
import { type WebSocket, WebSocketServer } from 'ws'
import { example } from './contract.js'

/** The server's end of one connection: what arrives is taken in order, what to send is up to the test. */
export class Peer {
  readonly request: IncomingMessage
  readonly #socket: WebSocket
  readonly #received: ClientMessage[] = []
  #wake: () => void = () => undefined

  constructor(socket: WebSocket, request: IncomingMessage) {
    this.#socket = socket
    this.request = request
    socket.on('message', (data) => {
      this.#received.push(JSON.parse(String(data)) as ClientMessage)
      this.#wake()
    })
  }

  /** The next message of the client. Throws when it is of another type. */
  async next<T extends ClientMessage['type']>(type: T): Promise<Extract<ClientMessage, { type: T }>> {
    while (this.#received.length === 0) await new Promise<void>((resolve) => (this.#wake = resolve))
    const message = this.#received.shift() as ClientMessage
    if (message.type !== type) throw new Error(`The client sent ${message.type} where ${type} was expected`)
    return message as Extract<ClientMessage, { type: T }>
  }

  send(...messages: ServerMessage[]): void {
    for (const message of messages) this.#socket.send(JSON.stringify(message))
  }

  sendText(text: string): void {
    this.#socket.send(text)
  }

  /** Ends the connection; without a code the line just breaks. */
  drop(code?: number, reason?: string): void {
    if (code === undefined) this.#socket.terminate()
    else this.#socket.close(code, reason)
  }

  async closed(): Promise<number> {
    const [code] = (await once(this.#socket, 'close')) as [number]
    return code
  }
}

export interface ScriptedServer {
  readonly baseUrl: string
  readonly peer: Promise<Peer>
  readonly close: () => Promise<void>
}

/** A server that greets the first connection with connection.ready and then does what the test says. */
export async function serve(
  answer: RequestListener = (_, response) => void response.writeHead(404).end(),
): Promise<ScriptedServer> {
  const http = createServer(answer)
  const sockets = new WebSocketServer({ server: http, handleProtocols: (offered) => [...offered][0] ?? false })
  const peer = new Promise<Peer>((resolve) => {
    sockets.on('connection', (socket, request) => {
      const connected = new Peer(socket, request)
      connected.send(example('connection.ready'))
      resolve(connected)
    })
  })
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  const close = async () => {
    for (const socket of sockets.clients) socket.terminate()
    http.closeAllConnections()
    await new Promise((resolve) => http.close(resolve))
  }
  return { baseUrl: `http://127.0.0.1:${(http.address() as AddressInfo).port}`, peer, close }
}
