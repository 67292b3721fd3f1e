import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import type { FastifyInstance } from 'fastify'
import { encodingFor } from './encoding.ts'

/** The browser files that the build makes. */
export const assetFiles = {
  page: 'page.js',
  'page-style': 'page-style.css',
  inbox: 'inbox.js',
  'inbox-style': 'inbox-style.css',
  portal: 'portal.js',
  'portal-style': 'portal-style.css',
} as const
export type AssetName = keyof typeof assetFiles

interface Asset {
  url: string
  type: string
  plain: Buffer
  br: Buffer
  gzip: Buffer
}

const types = { js: 'text/javascript; charset=utf-8', css: 'text/css; charset=utf-8' } as const
const loaded = new Map<AssetName, Asset>()

/** The address of a browser file; it names the content, so it may be cached for ever. */
export function assetUrl(name: AssetName): string {
  return assetOf(name).url
}

/** Serves every browser file that the build made under /assets/. */
export function registerAssets(app: FastifyInstance): void {
  const folder = webFolder()
  const names = (Object.keys(assetFiles) as AssetName[]).filter((name) => existsSync(join(folder, assetFiles[name])))
  const byUrl = new Map(names.map((name) => [assetOf(name).url, assetOf(name)]))
  app.get('/assets/:file', (request, reply) => {
    const asset = byUrl.get(request.url.split('?')[0] ?? '')
    if (!asset) return reply.callNotFound()
    const encoding = encodingFor(request.headers['accept-encoding'])
    if (encoding !== 'plain') reply.header('content-encoding', encoding)
    return reply
      .type(asset.type)
      .header('vary', 'accept-encoding')
      .header('cache-control', 'public, max-age=31536000, immutable')
      .send(asset[encoding])
  })
}

function assetOf(name: AssetName): Asset {
  const known = loaded.get(name)
  if (known) return known
  const file = assetFiles[name]
  const plain = readFileSync(join(webFolder(), file))
  const hash = createHash('sha256').update(plain).digest('hex').slice(0, 10)
  const extension = file.endsWith('.css') ? 'css' : 'js'
  const asset: Asset = {
    url: `/assets/${name}-${hash}.${extension}`,
    type: types[extension],
    plain,
    br: brotliCompressSync(plain, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: plain.length } }),
    gzip: gzipSync(plain, { level: 9 }),
  }
  loaded.set(name, asset)
  return asset
}

/** The folder that the build fills, seen from a bundle in dist/ as well as from the sources. */
function webFolder(): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    for (const candidate of [join(folder, 'web'), join(folder, 'dist', 'web')]) {
      if (existsSync(join(candidate, assetFiles.page))) return candidate
    }
    if (folder === dirname(folder)) break
  }
  throw new Error('the browser files are missing: run `npm run build`, which makes dist/web')
}
