/** Attribute of names, numbers and codes: browsers' translators rewrite even digits. The types want a boolean, HTML wants "no". */
export const untranslated = { translate: 'no' } as object
