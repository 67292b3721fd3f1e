/** A country as the simulated world knows it. */
export interface Country {
  /** ISO 3166. */
  iso: string
  /** Calling code with the plus sign. */
  dial: string
  /** What mobile numbers begin with after the calling code. */
  lead: readonly string[]
  /** Digits after the calling code. */
  length: number
  /** USD a message. Round illustrations, not a carrier's list. */
  price: number
}

/** A country that honest people ask from. */
export interface HonestCountry extends Country {
  /** Of all honest requests. */
  share: number
  /** Chance that a message arrives. */
  delivered: number
  /** Chance that a code that arrived is entered. */
  entered: number
}

/** Where the simulated service is at home. */
export const home = 'BR'

/** The 16 countries of the honest world. Conversion is between 62 and 88 of a hundred messages. */
export const honestCountries: readonly HonestCountry[] = [
  row('BR', '+55', ['119'], 11, 0.05, 0.88, 0.945, 0.89),
  row('US', '+1', ['2015', '3125', '4155', '6465', '7135'], 10, 0.01, 0.028, 0.96, 0.9),
  row('PT', '+351', ['91', '92', '93', '96'], 9, 0.05, 0.022, 0.95, 0.92),
  row('AR', '+54', ['911', '9351', '9341'], 11, 0.07, 0.016, 0.88, 0.87),
  row('CL', '+56', ['96', '97', '98', '99'], 9, 0.06, 0.007, 0.91, 0.88),
  row('UY', '+598', ['91', '94', '98', '99'], 8, 0.07, 0.006, 0.9, 0.88),
  row('PY', '+595', ['971', '981', '991'], 9, 0.07, 0.006, 0.84, 0.86),
  row('ES', '+34', ['61', '62', '65', '66'], 9, 0.06, 0.006, 0.95, 0.92),
  row('MX', '+52', ['55', '33', '81'], 10, 0.06, 0.005, 0.86, 0.85),
  row('CO', '+57', ['300', '310', '320'], 10, 0.06, 0.005, 0.87, 0.86),
  row('GB', '+44', ['7400', '7500', '7700', '7900'], 10, 0.05, 0.004, 0.95, 0.92),
  row('FR', '+33', ['61', '62', '66', '67'], 9, 0.07, 0.0035, 0.94, 0.91),
  row('DE', '+49', ['151', '157', '176'], 11, 0.09, 0.003, 0.94, 0.9),
  row('IT', '+39', ['320', '333', '340', '347'], 10, 0.08, 0.003, 0.93, 0.9),
  row('JP', '+81', ['70', '80', '90'], 10, 0.08, 0.003, 0.9, 0.85),
  row('AO', '+244', ['91', '92', '93', '94'], 9, 0.12, 0.0025, 0.77, 0.83),
]

/** Forty destinations that artificial traffic is known to ask for, the dearest first. */
export const pumpedCountries: readonly Country[] = [
  ['AZ', '+994', '50', 9],
  ['TJ', '+992', '92', 9],
  ['UZ', '+998', '90', 9],
  ['KG', '+996', '70', 9],
  ['BD', '+880', '17', 10],
  ['PK', '+92', '30', 10],
  ['LK', '+94', '71', 9],
  ['NP', '+977', '98', 10],
  ['MM', '+95', '92', 9],
  ['KH', '+855', '12', 8],
  ['LA', '+856', '205', 10],
  ['MV', '+960', '77', 7],
  ['IQ', '+964', '78', 10],
  ['JO', '+962', '79', 9],
  ['LB', '+961', '71', 8],
  ['SY', '+963', '94', 9],
  ['YE', '+967', '71', 9],
  ['AF', '+93', '70', 9],
  ['DZ', '+213', '55', 9],
  ['TN', '+216', '20', 8],
  ['LY', '+218', '91', 9],
  ['SD', '+249', '91', 9],
  ['SO', '+252', '61', 9],
  ['ET', '+251', '91', 9],
  ['KE', '+254', '71', 9],
  ['UG', '+256', '77', 9],
  ['TZ', '+255', '75', 9],
  ['RW', '+250', '78', 9],
  ['BI', '+257', '79', 8],
  ['ZM', '+260', '97', 9],
  ['MW', '+265', '99', 9],
  ['MG', '+261', '32', 9],
  ['SN', '+221', '77', 9],
  ['ML', '+223', '70', 8],
  ['NE', '+227', '96', 8],
  ['TG', '+228', '90', 8],
  ['GH', '+233', '24', 9],
  ['NG', '+234', '803', 10],
  ['CM', '+237', '67', 9],
  ['CU', '+53', '52', 8],
].map(([iso, dial, lead, length], index) => ({
  iso: String(iso),
  dial: String(dial),
  lead: [String(lead)],
  length: Number(length),
  price: Math.round((0.36 - (index * 0.16) / 39) * 1000) / 1000,
}))

/** The calling code of a number of this world, with the plus sign; the longest that fits. */
export function dialOf(e164: string): string {
  for (let length = 4; length >= 2; length -= 1) {
    const dial = e164.slice(0, length)
    if (isoByDial.has(dial)) return dial
  }
  return e164.slice(0, 4)
}

/** The country of a number of this world, by its calling code. `ZZ` for one that the world does not know. */
export function countryOf(e164: string): string {
  return isoByDial.get(dialOf(e164)) ?? 'ZZ'
}

const isoByDial = new Map([...honestCountries, ...pumpedCountries].map((country) => [country.dial, country.iso]))

function row(
  iso: string,
  dial: string,
  lead: readonly string[],
  length: number,
  price: number,
  share: number,
  delivered: number,
  entered: number,
): HonestCountry {
  return { iso, dial, lead, length, price, share, delivered, entered }
}
