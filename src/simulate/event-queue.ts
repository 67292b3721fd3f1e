/** A priority queue of numbers by time; what is put in first comes out first among equal times. Holds no objects. */
export interface EventQueue {
  readonly size: number
  /** When the next event is due, `Infinity` when there is none. */
  readonly nextAt: number
  push(at: number, code: number): void
  /** Takes the next event's code; the queue must not be empty. */
  pop(): number
  copy(): EventQueue
}

export function createEventQueue(): EventQueue {
  return queueOver(new Float64Array(1024), new Float64Array(1024), new Int32Array(1024), 0, 0)
}

function queueOver(times: Float64Array, orders: Float64Array, codes: Int32Array, length: number, pushed: number) {
  const sooner = (a: number, b: number) => {
    const ta = times[a] as number
    const tb = times[b] as number
    return ta < tb || (ta === tb && (orders[a] as number) < (orders[b] as number))
  }
  const swap = (a: number, b: number) => {
    const time = times[a] as number
    const order = orders[a] as number
    const code = codes[a] as number
    times[a] = times[b] as number
    orders[a] = orders[b] as number
    codes[a] = codes[b] as number
    times[b] = time
    orders[b] = order
    codes[b] = code
  }
  const grow = () => {
    const wider = times.length * 2
    times = widened(times, new Float64Array(wider))
    orders = widened(orders, new Float64Array(wider))
    codes = widened(codes, new Int32Array(wider))
  }
  const queue: EventQueue = {
    get size() {
      return length
    },
    get nextAt() {
      return length === 0 ? Infinity : (times[0] as number)
    },
    push(at, code) {
      if (length === times.length) grow()
      times[length] = at
      orders[length] = pushed++
      codes[length] = code
      let child = length++
      while (child > 0) {
        const parent = (child - 1) >> 1
        if (!sooner(child, parent)) break
        swap(child, parent)
        child = parent
      }
    },
    pop() {
      const code = codes[0] as number
      length -= 1
      swap(0, length)
      let parent = 0
      for (;;) {
        let first = parent
        const left = parent * 2 + 1
        if (left < length && sooner(left, first)) first = left
        if (left + 1 < length && sooner(left + 1, first)) first = left + 1
        if (first === parent) return code
        swap(parent, first)
        parent = first
      }
    },
    copy: () => queueOver(times.slice(), orders.slice(), codes.slice(), length, pushed),
  }
  return queue
}

function widened<T extends Float64Array | Int32Array>(from: T, to: T): T {
  to.set(from)
  return to
}
