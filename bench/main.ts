/** `npm run bench`: measures, or, with a role, is one of the servers that are measured. */
const [role, ...rest] = process.argv.slice(2)
const only = [role, ...rest].flatMap((word) => (word?.startsWith('--only=') ? word.slice(7).split(',') : []))

switch (role) {
  case 'bare':
    ;(await import('./bare-server.ts')).serveBare()
    break
  case 'aval':
    await (await import('./aval-server.ts')).serveAval()
    break
  case 'better-auth':
    await (await import('./better-auth-server.ts')).serveBetterAuth()
    break
  case 'capture':
    await (await import('./capture-statements.ts')).captureStatements()
    break
  case 'decisions':
    await (await import('./decisions.ts')).measureDecisions()
    break
  default:
    await (await import('./run.ts')).runBench({ quick: [role, ...rest].includes('--quick'), only })
}

export {}
