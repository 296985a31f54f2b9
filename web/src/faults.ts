import { ConnectionClosedError, ProblemError } from '@experience-plane/client'

/** What went wrong, in words for the person at the page. */
export function inWords(error: unknown): string {
  if (error instanceof ProblemError) {
    return error.slug === 'internal-error' && error.problem.request_id !== undefined
      ? `${error.message} (${error.problem.request_id})`
      : error.message
  }
  if (error instanceof ConnectionClosedError) return `${error.message}.`.replace(/\.\.$/, '.')
  if (error instanceof DOMException) {
    return error.name === 'InvalidStateError' ? 'This device has a passkey of yours already.' : 'No passkey was used.'
  }
  if (error instanceof TypeError) return 'The service cannot be reached.'
  return 'Something went wrong in this page.'
}

/** Shows each fault beside its field, the rest in `rest`, and moves the focus to the first field at fault. */
export function showFaults(form: HTMLFormElement, rest: HTMLElement, error: unknown): void {
  clearFaults(form, rest)
  const faults = error instanceof ProblemError ? [...error.fields] : []
  const shown = faults.filter(([pointer, detail]) => showBeside(form, pointer.slice(1), detail))
  if (shown.length === 0) rest.textContent = inWords(error)
  form.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus()
}

function showBeside(form: HTMLFormElement, name: string, detail: string): boolean {
  const field = form.elements.namedItem(name)
  const place = document.getElementById(`${name}-fault`)
  if (!(field instanceof HTMLElement) || place === null) return false
  field.setAttribute('aria-invalid', 'true')
  place.textContent = detail
  return true
}

export function clearFaults(form: HTMLFormElement, rest: HTMLElement): void {
  rest.textContent = ''
  for (const place of form.querySelectorAll('.fault')) place.textContent = ''
  for (const field of form.querySelectorAll('[aria-invalid]')) field.removeAttribute('aria-invalid')
}
