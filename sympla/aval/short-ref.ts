/** The four signs by which Aval's page names a request, from the digest that its answers and receipts carry: "AVL-7F3C". */
export function shortRef(digest: string): string {
  return `AVL-${Buffer.from(digest, 'base64url').toString('hex').slice(0, 4).toUpperCase()}`
}
