// SPDX-License-Identifier: MIT
// Runs bootstrap behind @architect/sandbox, another implementation of the Lambda Runtime API, and sends it one event.
//   node architect_sandbox.cjs NPM_FOLDER BOOTSTRAP ENDPOINT BUCKET KEY
// The answer is for the caller to look for in the bucket. Credentials come from AWS_ACCESS_KEY_ID and so on.
const fs = require('fs')
const net = require('net')
const os = require('os')
const path = require('path')

const [npm, bootstrap, endpoint, bucket, key] = process.argv.slice(2)

// The sandbox cannot take port 0: ask the system for a free one and give it back.
const freePort = () => new Promise((resolve, reject) => {
  const server = net.createServer().on('error', reject)
  server.listen(0, '127.0.0.1', () => {
    const { port } = server.address()
    server.close(() => resolve(port))
  })
})

function project (root) {
  const put = (name, text) => {
    fs.mkdirSync(path.dirname(path.join(root, name)), { recursive: true })
    fs.writeFileSync(path.join(root, name), text)
  }
  put('app.arc', '@app\ninkling\n\n@events\ndigits\n\n@plugins\ncompiled\n\n@aws\nruntime compiled\n')
  put('src/plugins/compiled.js', `module.exports = { set: {
    runtimes: () => ({ name: 'compiled', type: 'compiled', build: 'build' }),
    env: () => ({ AWS_ENDPOINT_URL_S3: ${JSON.stringify(endpoint)} }),
  } }`)
  put('src/events/digits/README', 'what is run is in build/')
  put('build/events/digits/README', '')
  fs.copyFileSync(bootstrap, path.join(root, 'build/events/digits/bootstrap'))
  fs.chmodSync(path.join(root, 'build/events/digits/bootstrap'), 0o755)
}

async function main () {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'inkling-architect-'))
  try {
    project(root)
    process.env.ARC_EVENTS_PORT = await freePort()
    process.env.ARC_INTERNAL_PORT = await freePort()
    const sandbox = require(require.resolve('@architect/sandbox', { paths: [npm] }))
    await sandbox.start({ cwd: root, quiet: true })
    const body = JSON.stringify({ name: 'digits', payload: { bucket, key } })
    const answer = await fetch(`http://127.0.0.1:${process.env.ARC_EVENTS_PORT}/events`, { method: 'POST', body })
    if (answer.status !== 200) throw new Error(`the sandbox answered ${answer.status}: ${await answer.text()}`)
    // the sandbox runs the event behind its answer and ends the function once that has answered
    await new Promise(resolve => setTimeout(resolve, 1500))
    await sandbox.end()
  }
  finally {
    fs.rmSync(root, { recursive: true, force: true })
  }
}

main().then(() => process.exit(0), error => {
  console.error(error)
  process.exit(1)
})
