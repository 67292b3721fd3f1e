/** Headers of a CAMARA request. The correlator names the decision, so that the operator's log can be asked about it. */
export function camaraHeaders(token: string, decisionId: string): Record<string, string> {
  return {
    authorization: `Bearer ${token}`,
    accept: 'application/json',
    'content-type': 'application/json',
    ...(/^[\w:;./<>{}-]{1,256}$/.test(decisionId) ? { 'x-correlator': decisionId } : {}),
  }
}
