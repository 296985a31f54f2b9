import { encode } from 'uqr'

const SVG = 'http://www.w3.org/2000/svg'

/** A QR code (ISO/IEC 18004) of a text, as a picture that names itself to those who cannot see it. Drawn here: the text leaves the page for nowhere. */
export function qrCode(text: string, label: string): SVGSVGElement {
  const { data, size } = encode(text, { ecc: 'M', border: 4 })
  const picture = document.createElementNS(SVG, 'svg')
  picture.setAttribute('viewBox', `0 0 ${size} ${size}`)
  picture.setAttribute('role', 'img')
  picture.setAttribute('aria-label', label)
  picture.setAttribute('shape-rendering', 'crispEdges')
  picture.append(shape('rect', { width: `${size}`, height: `${size}`, fill: '#fff' }), shape('path', { d: dark(data) }))
  return picture
}

function dark(data: boolean[][]): string {
  return data.flatMap((row, y) => row.map((on, x) => (on ? `M${x} ${y}h1v1h-1z` : ''))).join('')
}

function shape(name: 'rect' | 'path', attributes: Record<string, string>): SVGElement {
  const made = document.createElementNS(SVG, name)
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value)
  return made
}
