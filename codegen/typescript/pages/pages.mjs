// The reference pages, written by templates of our own: no renderer for AsyncAPI knows x-protocol, and those that exist for
// either document need scripts and inline styles that the service's content security policy refuses.
import { readFileSync } from 'node:fs'
import { httpPage } from './http-page.mjs'
import { problemPages } from './problem-pages.mjs'
import { socketPage } from './socket-page.mjs'

export function pages(contract) {
  return {
    'http.html': httpPage(contract.openapi),
    'socket.html': socketPage(contract.asyncapi),
    'assets/docs.css': readFileSync(new URL('docs.css', import.meta.url), 'utf8'),
    ...problemPages(contract),
  }
}
