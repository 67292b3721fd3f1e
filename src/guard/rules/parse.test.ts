import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Expr, spanOf } from './ast.ts'
import { limits, type RuleFault } from './fault.ts'
import { parseRules } from './parse.ts'
import { printRules } from './print.ts'
import { signalNames } from './signals.ts'

const examples = `
block    if country not in @open_countries                              # built in
divert   if line_type in (nonFixedVoip, unknown) and class = 0
hold 72h if sim_changed < 72h and amount > 5000 BRL
require passkey if new_device and payee_new
allow    if ip in @office
budget   country AO  base 5 USD per 24h tolerance 0.8                  # tune one bucket
budget   key(asn)    base 30 per 12h then divert                        # a scope of one's own
shadow divert if asn in @hosting                                        # counts, does nothing
`

describe('a text of rules', () => {
  it('is read and written as it stands, but for spaces and comments', () => {
    expect(printRules(read(examples))).toBe(
      [
        'block if country not in @open_countries',
        'divert if line_type in (nonFixedVoip, unknown) and class = 0',
        'hold 72h if sim_changed < 72h and amount > 5000 BRL',
        'require passkey if new_device and payee_new',
        'allow if ip in @office',
        'budget country AO base 5 USD per 24h tolerance 0.8',
        'budget key(asn) base 30 per 12h then divert',
        'shadow divert if asn in @hosting',
      ].join('\n'),
    )
  })

  it('keeps the lines of its rules, whatever ends a line', () => {
    expect(
      read('\ufeff\r\n# nothing\r\nblock if new_device\r\n\n\treview if payee_new').map(({ line }) => line),
    ).toEqual([3, 5])
  })

  it('binds not before and, and and before or', () => {
    const [rule] = read('block if new_device or not payee_new and known_number')
    const of = (name: string): Expr => ({ type: 'signal', name })
    expect(rule).toMatchObject({
      when: {
        type: 'or',
        of: [of('new_device'), { type: 'and', of: [{ type: 'not', of: of('payee_new') }, of('known_number')] }],
      },
    })
  })

  it('takes texts in quotes, also those with a quote, a backslash or a sign of comments in them', () => {
    const [rule] = read(String.raw`block if subject in ("a \"b\" \\", "# c", "number") # d`)
    expect(rule).toMatchObject({
      when: { set: { of: [{ value: 'a "b" \\' }, { value: '# c' }, { value: 'number' }] } },
    })
    expect(printRules([rule!])).toBe(String.raw`block if subject in ("a \"b\" \\", "# c", "number")`)
  })

  it('of nothing is no rules', () => {
    expect(parseRules('')).toEqual({ rules: [] })
    expect(parseRules('  # only a comment\n\n')).toEqual({ rules: [] })
  })
})

// Each line, the words that its faults point at, and the hint of the first one.
const wrong: [line: string, words: string[], hint?: string][] = [
  ['blok if new_device', ['blok'], 'did you mean block?'],
  ['shado block if new_device', ['shado'], 'did you mean shadow?'],
  ['blok if amout > 5 BRL and new_devise', ['blok', 'amout', 'new_devise']],
  ['block fi new_device', ['fi'], 'did you mean if?'],
  ['block if amout > 5000 BRL', ['amout'], 'did you mean amount?'],
  ['block if amount > AO', ['AO'], 'write such as amount > 5000 BRL'],
  ['block if sim_changed < 5 BRL', ['5 BRL'], 'write such as sim_changed < 72h'],
  ['block if sim_changed < 72', ['72'], 'write its unit: 72h'],
  ['block if amount > 5000', ['5000'], 'write its currency: 5000 BRL'],
  ['block if amount > 5000 BRR', ['BRR'], 'did you mean BRL?'],
  ['block if amount > 5000 brl', ['brl'], 'did you mean BRL?'],
  ['block if amount > 5.000 BRL', ['5.000'], 'thousands are written without a point: 5000'],
  ['block if amount > 5,000 BRL', [','], 'thousands are written without it: 5000'],
  ['block if amount > -5 BRL', ['-5 BRL']],
  ['block if amount > 5000BRL', ['5000BRL'], 'write 5000 BRL'],
  ['block if 5000 BRL < amount', ['5000'], 'write the signal first: amount > 5000 BRL'],
  ['block if price > 3 BRL', ['3 BRL']],
  ['block if amount > price', ['price']],
  ['block if country = UK', ['UK'], 'did you mean GB?'],
  ['block if country in (AO, br, Angola)', ['br', 'Angola'], 'did you mean BR?'],
  ['block if country < BR', ['<'], 'write = or !='],
  ['block if line_type = nonfixedvoip', ['nonfixedvoip'], 'did you mean nonFixedVoip?'],
  ['block if channel = line_type', ['line_type']],
  ['block if class = 3', ['3']],
  ['block if hour >= 2.5', ['2.5'], 'write 2'],
  ['block if outside_score > 80', ['80']],
  ['block if new_device = true', ['='], 'write new_device, or not new_device'],
  ['block if amount', ['amount'], 'compare it: amount > 5000 BRL'],
  ['block if new_device in @x', ['@x']],
  ['block if amount in (5, 6)', ['(']],
  ['block if asn = AS1234', ['AS1234'], 'write 1234'],
  ['block if ip = 10.0.0.0/8', ['10.0.0.0/8'], 'addresses are named by lists: ip in @office'],
  ['block if ip = "10.0.0.1"', ['='], 'write ip in @office'],
  ['block if number in ("+55119")', ['(']],
  ['block if number starts with "55"', ['"55"']],
  ['block if country = @office', ['@office'], 'write in @office'],
  ['block if kind in (subject)', ['subject'], 'if a value is meant, write "subject"'],
  ['block if new_device AND payee_new', ['AND'], 'did you mean and?'],
  ['block if new_device && payee_new', ['&&'], 'write and'],
  ['block if country == BR', ['=='], 'write ='],
  ['block if kind = "payout', ['"payout'], 'write " at the end of the text'],
  ['block if kind = “payout”', ['“', '”'], 'write a straight "'],
  ['block if (new_device or payee_new', ['('], 'write ) at its end'],
  ['block if new_device)', [')'], 'delete it'],
  ['block if sim_changed < 1.5h', ['1.5h']],
  ['block if sim_changed < 2w', ['2w'], 'write 14d'],
  ['hold if new_device', ['if']],
  ['hold 0h if new_device', ['0h'], 'write more than 0'],
  ['hold 91d if new_device', ['91d'], 'write at most 90d'],
  ['require sms if new_device', ['sms'], 'write one of passkey, totp, strong'],
  ['require paskey if new_device', ['paskey'], 'did you mean passkey?'],
  ['block if count(sents, ip, 1h) > 5', ['sents'], 'did you mean sent?'],
  ['block if count(sent, amount, 1h) > 5', ['amount']],
  ['block if count(sent, ip, 100d) > 5', ['100d'], 'write at most 90d'],
  ['block if count(sent, ip, 1h) > 5 USD', ['5 USD'], 'write 5'],
  ['block if line_type is unknon', ['unknon'], 'did you mean unknown?'],
  ['budget contry AO base 5 USD per 24h', ['contry'], 'did you mean country?'],
  ['budget country ao base 5 USD per 24h', ['ao'], 'did you mean AO?'],
  ['budget country AO base 5 per 24h', ['5'], 'write 5 USD'],
  ['budget ip base 5 USD per 24h', ['5 USD'], 'write 5'],
  ['budget home base 5 BRL per 24h', ['5 BRL'], 'budgets count messages or USD: write 5 USD'],
  ['budget ip base 0 per 24h tolerance 1.2 then allow', ['0', '1.2', 'allow']],
  ['budget key(amount) base 5 per 24h', ['amount']],
  ['budget growth base 15 USD per 1d tolerance 0.8', ['0.8'], 'delete tolerance'],
  ['budget ip base 5 per 24h tolerence 0.8', ['tolerence'], 'did you mean tolerance?'],
  ['shadow budget ip base 5 per 24h', ['budget'], 'delete shadow'],
  ['budget ip base 5 per 24h tolerance 0.8 USD', ['0.8 USD']],
  ['block if nеw_device', ['е']],
  ['block if constructor', ['constructor']],
  ['block if __proto__ = 1 and toString', ['__proto__', 'toString']],
  ['block if count(constructor, ip, 1h) > 1', ['constructor']],
]

describe('a fault', () => {
  it.each(wrong)('of %j points at the very word', (line, words, hint) => {
    // A second line, so that a fault that names the wrong line is seen.
    const faults = faultsOf(`allow if new_device\n${line} # and so on`)
    expect(faults.map((fault) => line.slice(fault.column - 1, fault.column - 1 + fault.length))).toEqual(words)
    expect(faults.map((fault) => fault.line)).toEqual(words.map(() => 2))
    if (hint) expect(faults[0]?.hint).toBe(hint)
  })

  it('is told whole: line, place, kind, words and what to write instead', () => {
    expect(faultsOf('\nblock if amount > AO')).toEqual([
      {
        ...{ code: 'type', line: 2, column: 19, length: 2 },
        ...{ message: 'amount is an amount of money; "AO" is not', hint: 'write such as amount > 5000 BRL' },
      },
    ])
  })

  it('points behind the last word where one is missing', () => {
    for (const line of [
      'block',
      'block if',
      'block if not',
      'block if class =',
      'block if country in (AO',
      'budget',
      'hold',
    ]) {
      const [fault] = faultsOf(line)
      expect([line, fault?.column, fault?.length]).toEqual([line, line.length + 1, 1])
    }
  })

  it('is given for every line that has one, and no rules with it', () => {
    const text = wrong.map(([line]) => line).join('\n')
    expect(new Set(faultsOf(text).map(({ line }) => line)).size).toBe(wrong.length)
    expect(parseRules(`allow if new_device\nblok if new_device`)).not.toHaveProperty('rules')
  })

  it('is a second budget of one scope', () => {
    expect(faultsOf('budget ip base 5 per 1h\nbudget net base 9 per 1h\nbudget ip base 6 per 1h')).toMatchObject([
      { line: 3, column: 8, length: 2, message: 'ip has a budget on line 1' },
    ])
  })

  // CVE-2021-42574, "Trojan Source": a line that shows otherwise than it is read.
  it('is a character that makes a line show otherwise than it is, also in a comment', () => {
    for (const char of ['\u202e', '\u2066', '\u2028', '\u0085', '\u0000', '\u200f']) {
      expect(faultsOf(`block if new_device # ${char}`)).toMatchObject([{ column: 23, length: 1 }])
      expect(faultsOf(`block if kind = "a${char}"`).length).toBeGreaterThan(0)
    }
    expect(faultsOf('block if kind = "pay\u200bout"')).toMatchObject([{ column: 17 }])
  })
})

describe('the limits', () => {
  it('end a text that is too long, and one of too many rules', () => {
    expect(faultsOf(`#${'é'.repeat(limits.textBytes / 2)}`)).toMatchObject([{ code: 'limit', line: 1 }])
    const lines = Array.from({ length: limits.rules }, () => 'block if new_device')
    expect(read(`\n${lines.join('\n\n')}`)).toHaveLength(limits.rules)
    expect(faultsOf([...lines, 'block if payee_new', 'x', 'y'].join('\n'))).toMatchObject([
      { code: 'limit', line: 501 },
    ])
  })

  it('are fifty levels of parentheses and nots', () => {
    const nested = (depth: number) => `block if ${'('.repeat(depth)}new_device${')'.repeat(depth)}`
    expect(read(nested(limits.depth))).toHaveLength(1)
    expect(faultsOf(nested(limits.depth + 1))).toMatchObject([{ code: 'limit', column: 10 + limits.depth, length: 1 }])
    expect(read(`block if ${'not '.repeat(limits.depth)}new_device`)).toHaveLength(1)
    expect(faultsOf(`block if ${'not '.repeat(limits.depth + 1)}new_device`)).toMatchObject([{ code: 'limit' }])
  })

  it('are a thousand words and values in a rule', () => {
    const chain = (parts: number) => `block if ${Array.from({ length: parts }, () => 'new_device').join(' or ')}`
    expect(read(chain(999))).toHaveLength(1)
    expect(faultsOf(chain(1000))).toMatchObject([{ code: 'limit', column: chain(999).length + 5 }])
    const many = `block if asn in (${Array.from({ length: 999 }, (_, i) => i).join(',')})`
    expect(faultsOf(many)).toMatchObject([{ code: 'limit' }])
  })

  it('are fifteen digits, six decimals and two hundred letters', () => {
    expect(read('block if decibans > 999999999999999 or decibans > 0.123456')).toHaveLength(1)
    expect(faultsOf('block if decibans > 9999999999999999')).toMatchObject([{ code: 'limit', column: 21, length: 16 }])
    expect(faultsOf('block if decibans > 0.1234567')).toMatchObject([{ code: 'limit' }])
    expect(faultsOf(`block if subject = "${'a'.repeat(201)}"`)).toMatchObject([{ code: 'limit' }])
  })

  it('keep every large or nested text from hanging and from the end of the stack', () => {
    const pieces = [
      ...[
        '(',
        ')',
        'not ',
        '"',
        '\\',
        '"\\',
        '\\"',
        '@',
        '=',
        '-',
        '9',
        '9.',
        '1.1',
        'a',
        'a.',
        ',',
        '\n',
        '\r',
        'x\n',
        '\u{1f600}',
      ],
      ...[
        'block if ',
        'block if (',
        'block if not (',
        'new_device and ',
        '(new_device or ',
        'count(',
        'count(sent, ip, 1h) > ',
      ],
      ...['amout > ', 'block if amout and\n', '#', '# \u202e', '\ud800', '"a', '" "', 'in (', 'zz, ', '((((not '],
    ]
    for (const piece of pieces) {
      for (const start of ['', 'block if ', 'block if country in (', 'block if kind = "']) {
        const text = start + piece.repeat(Math.floor((limits.textBytes - start.length) / Buffer.byteLength(piece)))
        expectWellPlaced(text)
      }
    }
  })
})

describe('any text', () => {
  it('gives rules or faults that lie in it: bytes', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 300 }), expectWellPlaced), { numRuns: 2000 })
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) =>
        expectWellPlaced(Buffer.from(bytes).toString('latin1')),
      ),
      { numRuns: 2000 },
    )
  })

  it('gives rules or faults that lie in it: soups of words', () => {
    const words = fc.constantFrom(
      ...[
        'shadow',
        'block',
        'hold',
        'require',
        'wait',
        'budget',
        'if',
        'and',
        'or',
        'not',
        'in',
        'is',
        'known',
        'starts',
      ],
      ...[
        'with',
        'count',
        'sent',
        'base',
        'per',
        'tolerance',
        'then',
        'key',
        'country',
        'home',
        '(',
        ')',
        ',',
        '=',
        '!=',
      ],
      ...[
        '<',
        '>=',
        '5',
        '-0.5',
        '72h',
        '0s',
        'BRL',
        'USD',
        'AO',
        'mobile',
        '@office',
        '"+55"',
        '""',
        '#',
        '\n',
        'passkey',
      ],
      ...signalNames,
    )
    const soup = fc.array(words, { maxLength: 60 }).map((all) => all.join(' '))
    fc.assert(fc.property(soup, expectWellPlaced), { numRuns: 5000 })
    const condition = soup.map((text) => `block if new_device and ${text}`)
    fc.assert(fc.property(condition, expectWellPlaced), { numRuns: 5000 })
  })

  it('gives rules or faults that lie in it: rules with one word changed', () => {
    const lines = examples.trim().split('\n')
    const changed = fc
      .tuple(fc.constantFrom(...lines), fc.nat(), fc.nat(20), fc.string({ maxLength: 5 }))
      .map(([line, at, length, by]) => line.slice(0, at % line.length) + by + line.slice((at % line.length) + length))
    fc.assert(fc.property(changed, expectWellPlaced), { numRuns: 5000 })
  })
})

function read(text: string) {
  const result = parseRules(text)
  if ('faults' in result) throw new Error(JSON.stringify(result.faults))
  return result.rules
}

function faultsOf(text: string): RuleFault[] {
  const result = parseRules(text)
  return 'faults' in result ? result.faults : []
}

function expectWellPlaced(text: string): void {
  const result = parseRules(text)
  const lines = text.split(/\r\n|\r|\n/)
  if ('rules' in result) {
    for (const rule of result.rules) if (rule.type === 'rule') expect(spanOf(rule.when)).toBeDefined()
    expect(parseRules(printRules(result.rules))).toHaveProperty('rules')
    return
  }
  expect(result.faults.length).toBeGreaterThan(0)
  for (const { line, column, length, message } of result.faults) {
    const source = lines[line - 1] ?? 'no such line'
    // One place behind the end is where a word is missing.
    if (line < 1 || column < 1 || length < 1 || column + length > source.length + 2)
      throw new Error(`${message}: ${line}:${column}+${length} is not in ${JSON.stringify(source.slice(0, 200))}`)
  }
}
