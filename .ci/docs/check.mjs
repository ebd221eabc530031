// Checks the generated documentation with the tools that others read it with:
// asyncapi.json with the AsyncAPI parser; the schemas of both documents with
// ajv, against every example of the pages, against recorded events, and against
// what they must refuse; the diagrams with mermaid.
//
//   node check.mjs ROOT [EVENTS.jsonl…]
//
// ROOT is the root of the repository. Each line of the optional files is an
// event, or {"event": …}; what the schemas refuse of them is printed and does
// not fail the check.
import fs from 'node:fs'
import path from 'node:path'
import { Parser } from '@asyncapi/parser'
import Ajv2020 from 'ajv/dist/2020.js'
import Ajv from 'ajv'
import addFormats from 'ajv-formats'
import { JSDOM } from 'jsdom'

const [root, ...others] = process.argv.slice(2)
let failures = 0
const fail = (...message) => { failures++; console.error('FAIL', ...message) }
const read = (...names) => fs.readFileSync(path.join(root, ...names), 'utf8')

// Pages.
const pages = ['reference.md', ...fs.readdirSync(path.join(root, 'docs/reference')).map((name) => 'reference/' + name)]
const blocks = (language) => pages.flatMap((page) =>
  [...read('docs', page).matchAll(new RegExp('```' + language + '([^\\n]*)\\n(.*?)```', 'gs'))].map((m) => ({ page, info: m[1], text: m[2] })))

async function asyncapi() {
  const { document, diagnostics } = await new Parser().parse(read('docs/asyncapi.json'))
  const serious = diagnostics.filter((d) => d.severity < 2 || d.code !== 'asyncapi-latest-version')
  for (const d of serious) fail('asyncapi.json:', d.path.join('.'), d.message)
  if (!document) return fail('asyncapi.json: not a document')
  const messages = document.allMessages().all()
  console.log(`asyncapi.json: ${document.allOperations().all().length} operations, ${messages.length} messages, ${serious.length} problems`)
}

// The two documents have the same definitions, in two drafts of JSON Schema.
function schemas() {
  const options = { strict: true, allowUnionTypes: true, strictTypes: false, strictRequired: false, allErrors: true }
  const schema = JSON.parse(read('docs/schema.json'))
  const modern = addFormats(new Ajv2020(options))
  modern.addSchema(schema, 'schema')
  const messages = JSON.parse(read('docs/asyncapi.json'))
  const classic = addFormats(new Ajv(options)).addVocabulary(['components'])
  classic.addSchema({ components: { schemas: messages.components.schemas } }, 'asyncapi')
  const all = [
    { name: 'schema.json', definitions: schema.$defs, validator: (type) => modern.getSchema(`schema#/$defs/${type}`), event: modern.getSchema('schema') },
    { name: 'asyncapi.json', definitions: messages.components.schemas, validator: (type) => classic.getSchema(`asyncapi#/components/schemas/${type}`) },
  ]
  const sent = messages.operations['realtime.send'].messages.map(({ $ref }) => messages.components.messages[$ref.split('/').pop()].name)
  all[1].event = (event) => all[1].validator(sent.includes(event.type) ? 'ClientEvent' : 'ServerEvent')(event)
  for (const message of Object.values(messages.components.messages)) {
    for (const example of message.examples) check(all[1], message.payload.$ref.split('/').pop(), example.payload, 'asyncapi.json: ' + message.name)
  }
  return all
}

function check(schema, type, value, where) {
  const validate = schema.validator(type)
  if (!validate) return fail(schema.name, 'has no', type)
  if (!validate(value)) fail(where, 'is no', type, 'of', schema.name + ':', explain(schema, value, type), JSON.stringify(value).slice(0, 300))
}

function examples(all) {
  const found = blocks('json').map(({ page, info, text }) => ({ page, type: decodeURIComponent(info.match(/ type=(\S+)/)[1]), value: JSON.parse(text) }))
  for (const schema of all) for (const e of found) check(schema, e.type, e.value, e.page)
  console.log(`examples: ${found.length}`)
  return found
}

// Every required property and tag matters: without it, or with another value,
// an example is not of its type any more.
function refusals(all, found) {
  let n = 0
  const refuse = (schema, type, value, what) => {
    n++
    if (schema.validator(type)(value)) fail(schema.name, 'takes', type, what, JSON.stringify(value).slice(0, 300))
  }
  for (const schema of all) for (const { type, value } of found) {
    const { required = [], properties = {} } = schema.definitions[type]
    for (const name of required) {
      const { [name]: _, ...rest } = value
      refuse(schema, type, rest, 'without ' + name)
    }
    for (const [name, property] of Object.entries(properties)) {
      if ('const' in property) refuse(schema, type, { ...value, [name]: 'something else' }, 'with another ' + name)
    }
  }
  for (const schema of all) for (const type of ['ClientEvent', 'ServerEvent']) {
    check(schema, type, { type: 'invented.yesterday', x: [null] }, 'an unknown event')
    refuse(schema, type, [], 'that is an array')
  }
  console.log(`refusals: ${n}`)
}

// What the schema of an event's own type, or of another one, says to it.
function explain(schema, event, type) {
  const own = Object.keys(schema.definitions).find((name) => /Event/.test(name) && schema.definitions[name].properties?.type?.const === event.type) ?? type
  const validate = schema.validator(own)
  validate(event)
  const leaves = (validate.errors ?? []).filter((e) => !['oneOf', 'anyOf', 'not', 'const'].includes(e.keyword))
  return leaves.slice(-2).map((e) => `${e.instancePath} ${e.message}`).join('; ')
}

const lines = (text) => text.split('\n').filter((line) => line.trim()).map((line) => JSON.parse(line))

function recorded(all) {
  let n = 0
  for (const [file, type] of [['client-events', 'ClientEvent'], ['server-events', 'ServerEvent'], ['odd-events', 'ServerEvent']]) {
    let strange = 0
    lines(read('voicelive/testdata', file + '.jsonl')).forEach((event, i) => {
      n++
      for (const schema of all) {
        if (file !== 'odd-events') check(schema, type, event, `${file}:${i + 1}`)
        else if (!schema.validator(type)(event)) strange++
      }
    })
    if (strange) console.log(`${file}: ${strange / all.length} hold values that are not as described, as they should`)
  }
  console.log(`recorded events: ${n}`)
}

// Events of others may contradict the specification; what they contradict is
// for a reader to judge.
function foreign(all) {
  for (const file of others) {
    const events = lines(fs.readFileSync(file, 'utf8')).map((line) => line.event ?? line)
    let taken = 0
    for (const event of events) {
      const refusing = all.filter((schema) => !schema.event(event))
      if (!refusing.length) taken++
      else console.log(`  ${path.basename(file)}: ${event.type}: ${refusing.map((schema) => `${schema.name}: ${explain(schema, event)}`).join(', ')}`)
    }
    console.log(`${path.basename(file)}: ${taken} of ${events.length} as described`)
  }
}

async function diagrams() {
  const { window } = new JSDOM('')
  Object.assign(globalThis, { window, document: window.document }) // mermaid wants a page
  const { default: mermaid } = await import('mermaid')
  const found = blocks('mermaid')
  for (const { page, text } of found) {
    await mermaid.parse(text).catch((err) => fail(page, String(err).slice(0, 300)))
  }
  if (await mermaid.parse('flowchart LR\n  a -->', { suppressErrors: true })) fail('mermaid takes anything')
  if (found.length < 7) fail(`only ${found.length} diagrams`)
  console.log(`diagrams: ${found.length}`)
}

const all = schemas()
const found = examples(all)
refusals(all, found)
recorded(all)
foreign(all)
await diagrams()
await asyncapi()
process.exit(failures ? 1 : 0)
