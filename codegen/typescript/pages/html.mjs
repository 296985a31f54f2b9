// What all reference pages share: escaping, Markdown, the frame of a page. The pages hold no script and load nothing from elsewhere.
import { marked } from 'marked'

const ENTITIES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

export const escapeHtml = (text) => String(text).replace(/[&<>"]/g, (character) => ENTITIES[character])
export const code = (text) => `<code>${escapeHtml(text)}</code>`
export const markdown = (text) => marked.parse(String(text ?? '')).trim()
export const inline = (text) => marked.parseInline(String(text ?? '').trim())
export const anchor = (...parts) =>
  parts
    .join('-')
    .replace(/[^A-Za-z0-9]+/g, '-')
    .toLowerCase()
export const problemLink = (slug) => `<a href="/problems/${slug}">${slug}</a>`

export function table(head, rows) {
  if (rows.length === 0) return ''
  const headings = head.map((cell) => `<th scope="col">${cell}</th>`).join('')
  const body = rows.map(([first, ...cells]) => {
    return `<tr><th scope="row">${first}</th>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`
  })
  return `<div class="scroll" tabindex="0" role="region" aria-label="Table"><table>
<thead><tr>${headings}</tr></thead>
<tbody>
${body.join('\n')}
</tbody>
</table></div>`
}

export function example(title, value) {
  const label = title ? `Example: ${inline(title)}` : 'Example'
  return `<details><summary>${label}</summary><pre tabindex="0"><code>${escapeHtml(JSON.stringify(value, null, 2))}</code></pre></details>`
}

const PAGES = [
  ['/docs/http', 'HTTP'],
  ['/docs/socket', 'Agent socket'],
  ['/problems', 'Problems'],
]

/** A whole page. `contents` is the side list: [anchor, text, level] each. */
export function page({ title, address, contents = [], main }) {
  const links = PAGES.map(
    ([href, text]) => `<a href="${href}"${href === address ? ' aria-current="page"' : ''}>${text}</a>`,
  )
  const items = contents.map(([id, text, level = 1]) => `<li class="level-${level}"><a href="#${id}">${text}</a></li>`)
  const side =
    items.length > 0 ? `<nav class="contents" aria-label="On this page"><ul>\n${items.join('\n')}\n</ul></nav>\n` : ''
  return `<!doctype html>
<!-- Generated from contracts/. DO NOT EDIT: change the contract or codegen/typescript/, then run \`make generate\`. -->
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/docs/assets/docs.css">
</head>
<body>
<a class="skip" href="#main">Skip to the text</a>
<header><a class="brand" href="/">Experience Plane</a><nav aria-label="Documentation">${links.join('')}</nav></header>
<div class="layout">
${side}<main id="main" tabindex="-1">
${main}
</main>
</div>
</body>
</html>
`
}
