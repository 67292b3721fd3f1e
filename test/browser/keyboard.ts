import type { Page } from 'playwright-core'
import { account, asksMobile, mobile } from './organizer.ts'

/** Presses Tab until the focus is there. Fails when the keyboard does not reach it, or when what has the focus does not show it. */
export async function tabTo(page: Page, selector: string): Promise<void> {
  for (let presses = 0; presses < 60; presses++) {
    await page.keyboard.press('Tab')
    const focus = await page.evaluate((wanted) => {
      const element = document.activeElement
      if (!element?.matches(wanted)) return undefined
      // The code field is outlined by the frame of its slots.
      const marks = [element, element.parentElement].map((one) => one && getComputedStyle(one).outlineStyle)
      return { visible: marks.some((style) => style && style !== 'none') }
    }, selector)
    if (!focus) continue
    if (!focus.visible) throw new Error(`${selector} has the focus and does not show it`)
    return
  }
  throw new Error(`the keyboard does not reach ${selector}`)
}

/** Types the payout's details with nothing but keys. */
export async function typeDetailsByKeys(page: Page, amount: string): Promise<void> {
  await tabTo(page, '#bank')
  await page.keyboard.type(account.bank)
  for (const name of ['agency', 'account', 'digit'] as const) {
    await tabTo(page, `#${name}`)
    await page.keyboard.type(account[name])
  }
  await tabTo(page, '#amount')
  await page.keyboard.type(amount)
  if (await asksMobile(page)) {
    await tabTo(page, '#phone')
    await page.keyboard.type(mobile.typed)
  }
}
