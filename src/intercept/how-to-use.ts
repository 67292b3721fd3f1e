/** What to set so that a program finds Aval where it thinks Twilio is, as text for a terminal. */
export function howToUse({ proxy, ca, avalUrl }: { proxy: string; ca: string; avalUrl: string }): string {
  return `
  Aval intercept · verify.twilio.com and lookups.twilio.com lead to ${avalUrl}

  In the shell of the program that uses a Twilio SDK:

    export HTTP_PROXY=${proxy} HTTPS_PROXY=${proxy}
    export NO_PROXY=localhost,127.0.0.1

  and, so that it trusts the certificate of this machine:

    Node            export NODE_EXTRA_CA_CERTS="${ca}"
    Python          export REQUESTS_CA_BUNDLE="${ca}"
    Go, Ruby, .NET  export SSL_CERT_FILE="${ca}"
    PHP             php -d curl.cainfo="${ca}" ...
    Java            a trust store with it, and -Dhttps.proxyHost -Dhttps.proxyPort

  Other hosts are refused. docs/intercept.md has the rest. Ctrl-C ends it.
`
}
