/** Amounts as they are typed and shown; they are integer fen in between. The server reckons everything again. */

export const yuan = (fen) => `${Math.floor(fen / 100).toLocaleString("en-US")}.${String(fen % 100).padStart(2, "0")}`;

/** An amount as it stands in a field. */
export const plain = (fen) => (fen / 100).toFixed(2);

/** Read an amount typed in yuan into fen; null while it is none. */
export function fenFrom(text) {
  const found = /^(\d{1,9}|\d{1,3}(?:,\d{3})+)(?:\.(\d{1,2}))?$/.exec(text.normalize("NFKC").trim());
  return found && Number(found[1].replaceAll(",", "")) * 100 + Number((found[2] ?? "").padEnd(2, "0"));
}
