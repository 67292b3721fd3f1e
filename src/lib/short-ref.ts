/** Four signs of a digest, by which a person tells one request from another on page and receipt: "AVL-7F3C". It proves nothing. */
export function shortRef(digest: string): string {
  return `AVL-${Buffer.from(digest, 'base64url').toString('hex').slice(0, 4).toUpperCase()}`
}
