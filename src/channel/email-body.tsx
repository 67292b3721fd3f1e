import { renderToString } from 'preact-render-to-string'
import type { Locale } from '../model/locale.ts'

/** What an e-mail shows, in plain text and as a page. */
export interface Letter {
  locale: Locale
  brand: string
  /** Before the code, or all there is in a notice. */
  lead: string
  code?: string | undefined
  /** After the code. */
  hint?: string | undefined
  rows: readonly (readonly [label: string, value: string])[]
  /** The one thing that can be done at once; of notices alone. */
  link?: { href: string; text: string } | undefined
  closing: string
}

/** The plain part: the code stands on a line of its own. */
export function plainLetter({ lead, code, hint, rows, link, closing }: Letter): string {
  const table = rows.map(([label, value]) => `${label}: ${value}`).join('\n')
  const way = link && `${link.text}: ${link.href}`
  return [lead, code, hint, table, way, closing].filter(Boolean).join('\n\n')
}

const text =
  'font-family:system-ui,-apple-system,Segoe UI,Roboto,sans-serif;font-size:16px;line-height:1.5;margin:0 0 16px'
const cell = 'padding:8px 0;border-top:1px solid #8888;vertical-align:top'

/**
 * The same as a page for mail readers: no picture, no script, no link but that of a notice, nothing that is fetched, so opening it tells nobody anything.
 * Everything in it is escaped by the renderer (security case A82).
 */
export function htmlLetter({ locale, brand, lead, code, hint, rows, link, closing }: Letter): string {
  const page = (
    <html lang={locale}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="format-detection" content="telephone=no" />
        <title>{brand}</title>
      </head>
      <body style="margin:0 auto;padding:24px;max-width:480px">
        <p style={`${text};font-weight:600`}>{brand}</p>
        <p style={text}>{lead}</p>
        {code && (
          <p
            translate={false}
            style="margin:0 0 16px;font:600 32px/1.2 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;letter-spacing:4px"
          >
            {code}
          </p>
        )}
        {hint && <p style={text}>{hint}</p>}
        {rows.length > 0 && (
          <table role="presentation" style={`${text};border-collapse:collapse;width:100%`}>
            {rows.map(([label, value]) => (
              <tr>
                <td style={`${cell};opacity:.75;padding-right:16px`}>{label}</td>
                <td translate={false} style={`${cell};font-weight:600`}>
                  {value}
                </td>
              </tr>
            ))}
          </table>
        )}
        {link && (
          <p style={text}>
            <a href={link.href} style="font-weight:600">
              {link.text}
            </a>
          </p>
        )}
        <p style={`${text};opacity:.75`}>{closing}</p>
      </body>
    </html>
  )
  return `<!doctype html>${renderToString(page)}`
}
