// `npm start`: builds what the sources say now, then runs it in this process.
import './build.mjs'

await import('../dist/main.js')
