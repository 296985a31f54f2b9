// Draws a state machine as SVG: the states in a column, steps to the next straight down, longer ones around the right side,
// those that go back around the left. Messages that change no state are left to the table.
import { escapeHtml } from './html.mjs'

const NODE = { width: 140, height: 44 }
const LINE = 17
const LANE = 152
const MARGIN = 16

/** What leads from one state to another: one edge, with all its messages. */
function edgesOf(machine) {
  const states = Object.keys(machine.states)
  const edges = new Map()
  for (const { state, next, sender, message } of machine.transitions) {
    if (state === next) continue
    const key = `${state} ${next}`
    const edge = edges.get(key) ?? { from: states.indexOf(state), to: states.indexOf(next), labels: [] }
    if (!edge.labels.some((label) => label.message === message)) edge.labels.push({ sender, message })
    edges.set(key, edge)
  }
  return [...edges.values()]
}

function text(x, y, labels, anchorAt) {
  const first = y - ((labels.length - 1) * LINE) / 2 + 4
  return labels
    .map(({ sender, message }, row) => {
      const mark = sender === 'client' ? '▸' : '◂'
      return `<text class="${sender}" x="${x}" y="${first + row * LINE}" text-anchor="${anchorAt}">${mark} ${escapeHtml(message)}</text>`
    })
    .join('')
}

/** The vertical positions of the states: far enough apart for the labels between them. */
function rowsOf(states, edges) {
  let y = MARGIN
  return states.map((_, index) => {
    const top = y
    const straight = edges.find((edge) => edge.from === index && edge.to === index + 1)
    y += NODE.height + Math.max(46, (straight?.labels.length ?? 0) * LINE + 26)
    return top
  })
}

function straight(name, edge, rows, centre) {
  const top = rows[edge.from] + NODE.height
  const bottom = rows[edge.to]
  return `<path class="edge" d="M${centre} ${top}V${bottom - 2}" marker-end="url(#arrow-${name})"/>${text(centre + 10, (top + bottom) / 2, edge.labels, 'start')}`
}

/** An edge that goes around: out of one side of a state, along a lane, into the same side of another. */
function around(name, edge, lane, ports, rows, centre, side) {
  const start = rows[edge.from] + ports.take(edge.from, side)
  const end = rows[edge.to] + ports.take(edge.to, side)
  const edgeX = centre + (side * NODE.width) / 2
  const x = edgeX + side * (side > 0 ? LANE * (lane + 1) : 26 + LANE * lane)
  const down = end > start ? 8 : -8
  const path = `M${edgeX} ${start}H${x - side * 8}Q${x} ${start} ${x} ${start + down}V${end - down}Q${x} ${end} ${x - side * 8} ${end}H${edgeX + side * 2}`
  const label = text(x + side * 8, start + (end - start) / 3, edge.labels, side > 0 ? 'start' : 'end')
  return `<path class="edge" d="${path}" marker-end="url(#arrow-${name})"/>${label}`
}

/** Where edges meet a side of a state: each at a height of its own. */
function portsOf() {
  const used = new Map()
  return {
    take(state, side) {
      const key = `${state} ${side}`
      const count = used.get(key) ?? 0
      used.set(key, count + 1)
      return 10 + ((count * 12) % (NODE.height - 12))
    },
  }
}

/** Nearer lanes for shorter ways, so that edges cross seldom. */
const byLength = (left, right) =>
  Math.abs(left.to - left.from) - Math.abs(right.to - right.from) || left.from - right.from

export function diagram(name, machine) {
  const states = Object.keys(machine.states)
  const edges = edgesOf(machine)
  const forward = edges.filter((edge) => edge.to > edge.from + 1).sort(byLength)
  const back = edges.filter((edge) => edge.to < edge.from).sort(byLength)
  const rows = rowsOf(states, edges)
  const centre = MARGIN + (back.length > 0 ? back.length * LANE + 26 : 0) + NODE.width / 2
  const width =
    centre + NODE.width / 2 + Math.max(forward.length > 0 ? LANE * (forward.length + 1) : LANE, LANE) + MARGIN
  const height = rows.at(-1) + NODE.height + MARGIN
  const ports = portsOf()
  const drawn = [
    ...edges.filter((edge) => edge.to === edge.from + 1).map((edge) => straight(name, edge, rows, centre)),
    ...forward.map((edge, lane) => around(name, edge, lane, ports, rows, centre, 1)),
    ...back.map((edge, lane) => around(name, edge, lane, ports, rows, centre, -1)),
    ...states.map((state, index) => node(machine, state, centre, rows[index])),
  ]
  const words = edges.map(
    (edge) => `${states[edge.from]} to ${states[edge.to]}: ${edge.labels.map((label) => label.message).join(', ')}`,
  )
  return `<figure class="diagram scroll" tabindex="0">
<svg viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="diagram-${name}-title diagram-${name}-words">
<title id="diagram-${name}-title">States of the ${escapeHtml(name)}</title>
<desc id="diagram-${name}-words">${escapeHtml(words.join('; '))}.</desc>
<defs><marker id="arrow-${name}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path class="head" d="M0 0L8 4L0 8Z"/></marker></defs>
${drawn.join('\n')}
</svg>
<figcaption>▸ sent by the client, ◂ sent by the service. Messages that change no state are in the table only.</figcaption>
</figure>`
}

function node(machine, state, centre, top) {
  const kind = state === machine.initial ? ' initial' : machine.final?.includes(state) ? ' final' : ''
  const x = centre - NODE.width / 2
  return `<g class="state${kind}"><rect x="${x}" y="${top}" width="${NODE.width}" height="${NODE.height}" rx="10"/><text x="${centre}" y="${top + NODE.height / 2 + 5}" text-anchor="middle">${escapeHtml(state)}</text></g>`
}
