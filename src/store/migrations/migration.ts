/** One step forward. What was released is never edited: its checksum is kept, and a changed step stops the start. */
export interface Migration {
  id: number
  name: string
  sqlite: string
  postgres: string
}
