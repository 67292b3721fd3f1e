import { z } from 'zod'
import { pixKeyTypes } from '../brazil/pix-key.ts'

/** Kinds of account, as the central bank's directory (DICT) names them: corrente, poupança, pagamento, salário. */
export const accountTypes = ['CACC', 'SVGS', 'TRAN', 'SLRY'] as const
export type AccountType = (typeof accountTypes)[number]

const holder = z.strictObject({
  type: z.enum(['NATURAL_PERSON', 'LEGAL_PERSON']),
  document: z.string().regex(/^(\d{11}|[\dA-Z]{12}\d{2})$/),
  name: z.string().min(1).max(120),
})

const bankDestination = z.strictObject({
  method: z.literal('bank'),
  bank: z.strictObject({
    compe: z.string().regex(/^\d{3}$/),
    ispb: z.string().regex(/^[\dA-Z]{8}$/),
    name: z.string(),
  }),
  branch: z.string().regex(/^\d{4}$/),
  branch_digit: z
    .string()
    .regex(/^[\dXP]$/)
    .nullable(),
  account: z.string().regex(/^\d{1,20}$/),
  account_digit: z.string().regex(/^[\dXP]$/),
  /** Digits only, with the check digit, a letter being 0: what a transfer carries. */
  account_number: z.string().regex(/^\d{2,20}$/),
  account_type: z.enum(accountTypes),
})

const pixDestination = z.strictObject({
  method: z.literal('pix'),
  key_type: z.enum(pixKeyTypes),
  key: z.string().min(1).max(77),
})

/** What is sealed, approved and processed: where the money goes and how much. The same object before and after Aval. */
export const payoutSchema = z.strictObject({
  holder,
  destination: z.discriminatedUnion('method', [bankDestination, pixDestination]),
  amount: z.strictObject({ value: z.string().regex(/^\d+\.\d{2}$/), currency: z.literal('BRL') }),
})

export type Payout = z.infer<typeof payoutSchema>
export type Destination = Payout['destination']
export type BankDestination = z.infer<typeof bankDestination>
export type PixDestination = z.infer<typeof pixDestination>
