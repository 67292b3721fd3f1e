import type { TaxId } from '../brazil/cpf-cnpj.ts'

/** Who is signed in: a company that sells tickets and is paid out. `subject` is how Aval knows it. */
export interface Organizer {
  subject: string
  name: string
  taxId: TaxId
}

/** The organizer that the portal shows. A platform of one's own takes it from its session. */
export const sampleOrganizer: Organizer = {
  subject: 'org_aurora',
  name: 'Aurora Eventos Ltda',
  taxId: { kind: 'cnpj', value: '11222333000181' },
}

/** An event of the sample organizer, with what it has sold. */
export interface SoldEvent {
  name: string
  city: string
  startsAt: number
  sold: number
  capacity: number
  /** Decimal string in reais. */
  revenue: string
}

export const sampleEvents: readonly SoldEvent[] = [
  {
    name: 'Festival Aurora de Inverno',
    city: 'Belo Horizonte, MG',
    startsAt: Date.UTC(2027, 6, 17, 19),
    sold: 1840,
    capacity: 2500,
    revenue: '220800.00',
  },
  {
    name: 'Oficina de Iluminação Cênica',
    city: 'São Paulo, SP',
    startsAt: Date.UTC(2027, 2, 6, 12),
    sold: 58,
    capacity: 60,
    revenue: '13920.00',
  },
  {
    name: 'Noite de Choro na Praça',
    city: 'Recife, PE',
    startsAt: Date.UTC(2027, 3, 24, 22),
    sold: 312,
    capacity: 400,
    revenue: '15600.00',
  },
]
