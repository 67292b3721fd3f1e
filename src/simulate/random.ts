/** Chance from a seed alone: the same labels give the same draws on every machine. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number
  /** A whole number in [0, below). */
  below(below: number): number
  /** Waiting time until the next event of a Poisson process with this mean. */
  exponential(mean: number): number
  /** Log-normal with this median; `spread` is the standard deviation of its logarithm. */
  lognormal(median: number, spread: number): number
}

/** A generator of its own for each list of labels, so that one part of a world can change without moving the draws of another. */
export function createRandom(...labels: readonly (string | number)[]): Random {
  const next = sfc32(...hashOf(labels.join('|')))
  return {
    next,
    below: (below) => Math.floor(next() * below),
    exponential: (mean) => -mean * Math.log(1 - next()),
    lognormal: (median, spread) => median * Math.exp(spread * normal(next)),
  }
}

/** Picks an index by weight: `draw(u)` of a uniform u in [0, 1). */
export function weightedPicker(weights: readonly number[]): (u: number) => number {
  const sums = new Float64Array(weights.length)
  let sum = 0
  for (let i = 0; i < weights.length; i += 1) {
    sum += weights[i] ?? 0
    sums[i] = sum
  }
  return (u) => {
    const wanted = u * sum
    let low = 0
    let high = sums.length - 1
    while (low < high) {
      const middle = (low + high) >> 1
      if ((sums[middle] ?? 0) > wanted) high = middle
      else low = middle + 1
    }
    return low
  }
}

/** A 32-bit hash of a text, for choices that must not depend on the order in which they are made. */
export function hash32(text: string): number {
  return hashOf(text)[0]
}

// Box-Muller; the second value is thrown away so that each draw takes exactly two uniforms.
function normal(next: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next())
}

// sfc32, the small fast counter of PractRand (Chris Doty-Humphrey), which passes its tests to many terabytes.
function sfc32(a: number, b: number, c: number, d: number): () => number {
  const step = () => {
    const sum = (((a + b) | 0) + d) | 0
    d = (d + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (c << 21) | (c >>> 11)
    c = (c + sum) | 0
    return (sum >>> 0) / 4294967296
  }
  for (let i = 0; i < 12; i += 1) step()
  return step
}

// Four lanes of multiply and xor, mixed at the end: good enough to seed, and not meant to be hard to invert.
function hashOf(text: string): [number, number, number, number] {
  let h1 = 1779033703
  let h2 = 3144134277
  let h3 = 1013904242
  let h4 = 2773480762
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i)
    h1 = h2 ^ Math.imul(h1 ^ unit, 597399067)
    h2 = h3 ^ Math.imul(h2 ^ unit, 2869860233)
    h3 = h4 ^ Math.imul(h3 ^ unit, 951274213)
    h4 = h1 ^ Math.imul(h4 ^ unit, 2716044179)
  }
  h1 = Math.imul(h3 ^ (h1 >>> 18), 597399067)
  h2 = Math.imul(h4 ^ (h2 >>> 22), 2869860233)
  h3 = Math.imul(h1 ^ (h3 >>> 17), 951274213)
  h4 = Math.imul(h2 ^ (h4 >>> 19), 2716044179)
  return [(h1 ^ h2 ^ h3 ^ h4) >>> 0, (h2 ^ h1) >>> 0, (h3 ^ h1) >>> 0, (h4 ^ h1) >>> 0]
}
