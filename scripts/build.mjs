// Bundles the server, the browser files and the command line tools into dist/. Packages stay outside the bundle.
import { chmodSync, mkdirSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))
rmSync(`${root}/dist`, { recursive: true, force: true })
mkdirSync(`${root}/dist`, { recursive: true })

await build({
  absWorkingDir: root,
  entryPoints: {
    main: 'src/main.ts',
    index: 'src/index.ts',
    cli: 'src/cli.ts',
    docs: 'scripts/docs.ts',
    'bench/main': 'bench/main.ts',
  },
  outdir: 'dist',
  bundle: true,
  packages: 'external',
  platform: 'node',
  target: 'node24',
  format: 'esm',
  splitting: true,
  jsx: 'automatic',
  jsxImportSource: 'preact',
  sourcemap: true,
  logLevel: 'warning',
})
chmodSync(`${root}/dist/cli.js`, 0o755)
await build({
  absWorkingDir: root,
  entryPoints: {
    page: 'web/page.ts',
    'page-style': 'web/page.css',
    inbox: 'web/inbox.ts',
    'inbox-style': 'web/inbox.css',
    'portal-style': 'sympla/web/portal.css',
    portal: 'sympla/web/portal.ts',
  },
  outdir: 'dist/web',
  bundle: true,
  minify: true,
  target: ['chrome93', 'safari15', 'firefox100'],
  format: 'esm',
  logLevel: 'warning',
})
