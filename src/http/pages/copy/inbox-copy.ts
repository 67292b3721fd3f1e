import type { Channel } from '../../../model/factor.ts'
import type { Locale } from '../../../model/locale.ts'

/** The words of the dev inbox. */
export interface InboxCopy {
  title: string
  lead: string
  recipients: string
  phoneOf(to: string): string
  empty: string
  emptyHint: string
  copy(code: string): string
  copied: string
  segments(count: number): string
  channels: Record<Channel, string>
  bound(host: string): string
  refresh: string
  clear: string
  clock: string
  clockHint: string
  turned(minutes: number): string
  advance: { label: string; ms: number }[]
}

const ptBR: InboxCopy = {
  title: 'Caixa de entrada local',
  lead: 'As mensagens do modo local ficam aqui; nenhuma sai desta máquina.',
  recipients: 'Destinatários',
  phoneOf: (to) => `Mensagens para ${to}`,
  empty: 'Nenhuma mensagem ainda.',
  emptyHint: 'Peça um código em outra aba: ele aparece aqui sozinho.',
  copy: (code) => `Copiar ${code}`,
  copied: 'Copiado',
  segments: (count) => (count === 1 ? '1 segmento' : `${count} segmentos`),
  channels: { sms: 'SMS', whatsapp: 'WhatsApp', call: 'Ligação', email: 'E-mail' },
  bound: (host) => `só para ${host}`,
  refresh: 'Atualizar',
  clear: 'Limpar tudo',
  clock: 'Relógio de teste',
  clockHint: 'Adianta tudo: esperas, validade dos códigos e dos pedidos. Não volta.',
  turned: (minutes) => `Adiantado em ${minutes} min.`,
  advance: [
    { label: '+ 1 min', ms: 60_000 },
    { label: '+ 10 min', ms: 600_000 },
    { label: '+ 1 dia', ms: 86_400_000 },
  ],
}

const en: InboxCopy = {
  title: 'Local inbox',
  lead: 'Messages of the local mode stay here; none leaves this machine.',
  recipients: 'Recipients',
  phoneOf: (to) => `Messages to ${to}`,
  empty: 'No messages yet.',
  emptyHint: 'Ask for a code in another tab: it appears here by itself.',
  copy: (code) => `Copy ${code}`,
  copied: 'Copied',
  segments: (count) => (count === 1 ? '1 segment' : `${count} segments`),
  channels: { sms: 'SMS', whatsapp: 'WhatsApp', call: 'Call', email: 'E-mail' },
  bound: (host) => `only for ${host}`,
  refresh: 'Refresh',
  clear: 'Clear all',
  clock: 'Test clock',
  clockHint: 'Turns everything forward: waits, the life of codes and of requests. It never goes back.',
  turned: (minutes) => `Turned forward by ${minutes} min.`,
  advance: [
    { label: '+ 1 min', ms: 60_000 },
    { label: '+ 10 min', ms: 600_000 },
    { label: '+ 1 day', ms: 86_400_000 },
  ],
}

const es: InboxCopy = {
  title: 'Bandeja local',
  lead: 'Los mensajes del modo local quedan aquí; ninguno sale de esta máquina.',
  recipients: 'Destinatarios',
  phoneOf: (to) => `Mensajes para ${to}`,
  empty: 'Todavía no hay mensajes.',
  emptyHint: 'Pida un código en otra pestaña: aparece aquí solo.',
  copy: (code) => `Copiar ${code}`,
  copied: 'Copiado',
  segments: (count) => (count === 1 ? '1 segmento' : `${count} segmentos`),
  channels: { sms: 'SMS', whatsapp: 'WhatsApp', call: 'Llamada', email: 'Correo' },
  bound: (host) => `solo para ${host}`,
  refresh: 'Actualizar',
  clear: 'Borrar todo',
  clock: 'Reloj de prueba',
  clockHint: 'Adelanta todo: esperas, vida de los códigos y de las solicitudes. No vuelve atrás.',
  turned: (minutes) => `Adelantado ${minutes} min.`,
  advance: [
    { label: '+ 1 min', ms: 60_000 },
    { label: '+ 10 min', ms: 600_000 },
    { label: '+ 1 día', ms: 86_400_000 },
  ],
}

export const inboxCopy = { 'pt-BR': ptBR, en, es } satisfies Record<Locale, InboxCopy>
