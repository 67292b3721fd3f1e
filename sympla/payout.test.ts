import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openStore, sql } from '../src/index.ts'
import { newLocation } from '../test/support/stores.ts'
import { fillIn, goodForm, openPortal, type TestPortal } from './testing/open-portal.ts'

let portal: TestPortal
let leave: () => Promise<void>
let file = ''
let location: { url: string } | { file: string }

const transactions = () => portal.aval.transactions
const first = () => {
  const [transaction] = transactions()
  if (!transaction) throw new Error('no transaction was made')
  return transaction
}

describe.each(['sqlite', 'postgres'] as const)('on %s', (store) => {
  beforeEach(async () => {
    const place = await newLocation(store)
    file = 'file' in place.location ? place.location.file : ''
    leave = place.leave
    location = place.location
    portal = await openPortal(place.location)
  })
  afterEach(async () => {
    await portal.close()
    await leave()
  })

  test('a payout is typed, reviewed in full, confirmed, released once and acknowledged, and ends in a receipt', async () => {
    const saved = await portal.post('/repasse/dados', goodForm)
    expect(saved.headers.location).toBe('/repasse/revisao')
    const review = (await portal.get('/repasse/revisao')).body
    for (const shown of [
      'Banco do Brasil',
      '1584-9',
      '210169-6',
      'R$\u00a012.500,00',
      '(11) 98765-4321',
      '11.222.333/0001-81',
    ]) {
      expect(review).toContain(shown)
    }
    const confirmed = await portal.post('/repasse/confirmar', await fillIn(portal))
    expect(confirmed.statusCode).toBe(303)
    expect(confirmed.headers.location).toBe(`http://portal.test/t/${first().id}?k=secret`)
    expect(first().body).toMatchObject({
      kind: 'payout_account.change',
      subject: 'org_aurora',
      contact: { phone: '+5511987654321' },
      factor: 'sms',
      locale: 'pt-BR',
      return_url: 'http://portal.test/repasse/retorno',
      summary: { payee: 'Aurora Eventos Ltda', amount: { value: '12500.00', currency: 'BRL' } },
    })

    portal.aval.set(first().id, 'approved')
    const back = await portal.get(`/repasse/retorno?transaction=${first().id}`)
    expect(back.headers.location).toMatch(/^\/repasse\/comprovante\//)
    expect(first()).toMatchObject({ status: 'released', acknowledged: 1 })
    const receipt = (await portal.get(String(back.headers.location))).body
    for (const shown of ['Repasse confirmado', '•••• 4321', '22/11/2026', '14:05', 'ficou cadastrado', '••••69-6']) {
      expect(receipt).toContain(shown)
    }
    expect((await portal.get(`/repasse/retorno?transaction=${first().id}`)).headers.location).toBe(
      back.headers.location,
    )
    const proof = await portal.get(`${back.headers.location}/assinado.json`)
    expect(proof.json()).toMatchObject({
      claims: { tx: first().id, jti: first().releaseId },
      keys: 'http://portal.test/.well-known/jwks.json',
    })
    const home = (await portal.get('/repasse')).body
    expect(home).toContain('••••69-6')
    expect(home).not.toContain('210169')
  })

  test('however often one version is confirmed, at once or across a restart, there is one transaction and one message', async () => {
    const version = await fillIn(portal)
    const answers = await Promise.all(Array.from({ length: 8 }, () => portal.post('/repasse/confirmar', version)))
    await portal.restart()
    answers.push(
      await portal.post('/repasse/confirmar', version, { cookie: 'sympla_lang=en', 'user-agent': 'another' }),
    )
    expect(new Set(answers.map(({ headers }) => headers.location)).size).toBe(1)
    expect(portal.aval.sent).toBe(1)
  })

  test('an answer of Aval that was lost on the way is asked for again, also after a restart in another language', async () => {
    const version = await fillIn(portal)
    portal.aval.faults.push(...Array.from({ length: 6 }, () => ({ path: '/v1/transactions', lost: 'after' as const })))
    const lost = await portal.post('/repasse/confirmar', version)
    expect(lost.headers.location).toBe('/repasse/revisao?aviso=unavailable')
    await portal.restart()
    const found = await portal.post('/repasse/confirmar', version, { cookie: 'sympla_lang=es' })
    expect(found.headers.location).toContain(`/t/${first().id}`)
    expect(portal.aval.sent).toBe(1)
  }, 15_000)

  test('a confirmation counts only for the version that was on the page', async () => {
    const stale = await fillIn(portal)
    await portal.post('/repasse/dados', { ...goodForm, amount: '99,00' })
    const answer = await portal.post('/repasse/confirmar', stale)
    expect(answer.headers.location).toBe('/repasse/revisao?aviso=changed')
    expect(transactions()).toHaveLength(0)
  })

  test('changed details are another transaction, and the one before is dead first', async () => {
    await portal.post('/repasse/confirmar', await fillIn(portal))
    await portal.post('/repasse/confirmar', await fillIn(portal, { ...goodForm, phone: '(11) 98765-0000' }))
    expect(transactions().map(({ status }) => status)).toEqual(['canceled', 'pending'])
  })

  test('details that change after the approval do not undo it: the approved payout is shown, the new one waits', async () => {
    await portal.post('/repasse/confirmar', await fillIn(portal))
    portal.aval.set(first().id, 'approved')
    const later = await portal.post('/repasse/confirmar', await fillIn(portal, { ...goodForm, amount: '50,00' }))
    expect(later.headers.location).toBe(`/repasse/retorno?transaction=${first().id}`)
    const shown = await portal.get(String(later.headers.location))
    expect((await portal.get(String(shown.headers.location))).body).toContain('R$\u00a012.500,00')
    expect((await portal.get('/repasse')).body).toContain('Continuar de onde parei')
  })

  test('sending the same form again is no new version', async () => {
    expect(await fillIn(portal)).toEqual(await fillIn(portal))
  })

  test('an approved payout is processed even if the browser never comes back', async () => {
    await portal.post('/repasse/confirmar', await fillIn(portal))
    portal.aval.set(first().id, 'approved')
    await portal.platform.settle()
    expect(first().status).toBe('released')
    expect((await portal.get('/repasse')).body).toContain('Comprovante')
  })

  test('an approved payout that Aval holds says until when, changes nothing yet, and can still be taken back', async () => {
    await portal.post('/repasse/dados', goodForm)
    await portal.post('/repasse/confirmar', await fillIn(portal))
    portal.aval.set(first().id, 'approved')
    first().hold = { until: '2026-11-23T17:00:00.000Z', review: 'none' }
    for (const path of [`/repasse/retorno?transaction=${first().id}`, '/repasse']) {
      const page = await portal.get(path)
      expect(page.statusCode).toBe(200)
      expect(page.body).toContain('23/11/2026, 14:00 BRT')
      expect(page.body).toContain('action="/repasse/cancelar"')
      expect(page.body).not.toContain('Comprovante')
    }
    first().hold = { until: '2026-11-22T16:00:00.000Z', review: 'wanted' }
    expect((await portal.get(`/repasse/retorno?transaction=${first().id}`)).body).toContain('nossa equipe confere')
    const form = /name="request" value="([^"]+)"/.exec((await portal.get('/repasse')).body)
    const back = await portal.post('/repasse/cancelar', { request: form?.[1] ?? '' })
    expect(back.headers.location).toBe('/repasse?aviso=canceled')
    expect(first().status).toBe('canceled')
  })

  test('one release is processed once, however many finish it and whatever breaks in between', async () => {
    await portal.post('/repasse/confirmar', await fillIn(portal))
    portal.aval.set(first().id, 'approved')
    portal.aval.faults.push(
      { path: '/release', lost: 'after' },
      { path: '/release/ack', lost: 'before' },
      { path: '/release/ack', lost: 'after' },
    )
    const back = `/repasse/retorno?transaction=${first().id}`
    await Promise.all([portal.get(back), portal.get(back), portal.platform.settle()])
    await portal.restart()
    for (let i = 0; i < 4; i++) await portal.platform.settle()
    expect(first().status).toBe('released')
    const home = (await portal.get('/repasse')).body
    expect(home.match(/\/repasse\/comprovante\//g)).toHaveLength(1)
  })

  test('a mobile that is not the enrolled one is refused with an explanation and is not asked for again', async () => {
    await portal.post('/repasse/confirmar', await fillIn(portal))
    portal.aval.set(first().id, 'approved')
    await portal.platform.settle()
    const form = (await portal.get('/repasse/dados')).body
    expect(form).toContain('•••• 4321')
    expect(form).not.toContain('name="phone"')
    await portal.post(
      '/repasse/confirmar',
      await fillIn(portal, { ...goodForm, amount: '10,00', phone: '(11) 90000-0000' }),
    )
    expect(transactions()[1]?.body).not.toHaveProperty('contact')
  })

  test('a mobile that Aval knows otherwise leads back with an explanation, and then the enrolled one is used', async () => {
    portal.aval.faults.push({ path: '/v1/transactions', status: 422, code: 'contact_mismatch' })
    const refused = await portal.post('/repasse/confirmar', await fillIn(portal))
    expect(refused.headers.location).toBe('/repasse/revisao?aviso=contact_mismatch')
    expect((await portal.get(String(refused.headers.location))).body).toContain('não é o que está cadastrado')
    expect((await portal.get('/repasse/dados')).body).not.toContain('name="phone"')
  })

  test.each(['denied', 'expired', 'locked', 'canceled'])(
    'a %s transaction says so, keeps what was typed and can be started again',
    async (status) => {
      const version = await fillIn(portal)
      await portal.post('/repasse/confirmar', version)
      portal.aval.set(first().id, status)
      const outcome = (await portal.get(`/repasse/retorno?transaction=${first().id}`)).body
      expect(outcome).toContain('Começar de novo')
      expect(outcome).toMatch(/Nada foi pago nem alterado/)
      const again = await fillIn(portal)
      expect(again).toHaveProperty('restart', '1')
      const answers = await Promise.all([
        portal.post('/repasse/confirmar', again),
        portal.post('/repasse/confirmar', again),
      ])
      answers.push(await portal.post('/repasse/confirmar', again))
      expect(new Set(answers.map(({ headers }) => headers.location)).size).toBe(1)
      expect(transactions()).toHaveLength(2)
    },
  )

  test('a second click on "start again" goes on where the first one is, however far that is', async () => {
    await portal.post('/repasse/confirmar', await fillIn(portal))
    portal.aval.set(first().id, 'locked')
    await portal.get(`/repasse/retorno?transaction=${first().id}`)
    const again = await fillIn(portal)
    // The first click has made the next version of what was typed, and nothing else yet.
    const another = openStore(location)
    await another.write(sql`update sympla_drafts set version = version + 1, renewed = 1`)
    await another.close()
    const second = await portal.post('/repasse/confirmar', again)
    expect(second.headers.location).toBe(`http://portal.test/t/${transactions().at(-1)?.id}?k=secret`)
    expect(transactions()).toHaveLength(2)
    // An edit is no renewal: what was not reviewed is not confirmed.
    portal.aval.set(transactions().at(-1)?.id ?? '', 'locked')
    await portal.platform.settle()
    const stale = await fillIn(portal)
    await portal.post('/repasse/dados', { ...goodForm, amount: '99.999,00' })
    const refused = await portal.post('/repasse/confirmar', stale)
    expect(refused.headers.location).toBe('/repasse/revisao?aviso=changed')
  })

  test('a page left open from before a failure does not start anything by itself', async () => {
    const version = await fillIn(portal)
    await portal.post('/repasse/confirmar', version)
    portal.aval.set(first().id, 'denied')
    await portal.platform.settle()
    const stale = await portal.post('/repasse/confirmar', version)
    expect(stale.headers.location).toBe(`/repasse/retorno?transaction=${first().id}`)
    expect(portal.aval.sent).toBe(1)
  })

  test('nothing of a payout is given out to a request that is not for it', async () => {
    expect((await portal.get('/repasse/comprovante/unknown')).statusCode).toBe(404)
    expect((await portal.get('/repasse/comprovante/unknown/assinado.json')).statusCode).toBe(404)
    expect((await portal.get('/repasse/retorno?transaction=tx_other')).statusCode).toBe(404)
    expect((await portal.get('/repasse/retorno')).statusCode).toBe(404)
  })
  if (store === 'sqlite')
    test('what was typed is kept sealed: no account, key or mobile stands in the store', async () => {
      await portal.post('/repasse/confirmar', await fillIn(portal))
      portal.aval.set(first().id, 'approved')
      await portal.platform.settle()
      await portal.post('/repasse/dados', {
        ...goodForm,
        method: 'pix',
        pix_type: 'EMAIL',
        pix_key: 'canario@exemplo.com',
      })
      const folder = dirname(file)
      for (const name of readdirSync(folder)) {
        const bytes = readFileSync(join(folder, name), 'latin1')
        for (const secret of ['210169', '98765', '987654321', 'canario', 'k=secret'])
          expect(bytes).not.toContain(secret)
      }
    })
})
