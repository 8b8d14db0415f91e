/** Rows of a small CSV file by column name: comma, header in the first line, texts with commas in double quotes. */
export function parseTable(text: string): readonly Readonly<Record<string, string>>[] {
  const lines = text.split(/\r?\n/).filter(line => line.trim() !== '' && !line.startsWith('#'));
  const header = splitLine(lines[0] ?? '');
  return lines.slice(1).map(line => {
    const fields = splitLine(line);
    return Object.fromEntries(header.map((name, column) => [name, fields[column] ?? '']));
  });
}

/** The same rows as text. */
export function formatTable(columns: readonly string[], rows: readonly Readonly<Record<string, string | number | boolean>>[]): string {
  const lines = rows.map(row => columns.map(column => quote(String(row[column] ?? ''))).join(','));
  return `${[columns.join(','), ...lines].join('\n')}\n`;
}

const quote = (field: string): string => (/[",\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field);

function splitLine(line: string): string[] {
  const fields: string[] = [];
  for (const match of `,${line}`.matchAll(/,(?:"((?:[^"]|"")*)"|([^,]*))/g)) {
    fields.push((match[1]?.replaceAll('""', '"') ?? match[2] ?? '').trim());
  }
  return fields;
}
