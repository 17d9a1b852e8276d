/** Quoting for the statements we send to the catalog server. Names are always quoted: nothing depends on PostgreSQL's list of keywords. */

export const quoteName = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** An E-string: independent of standard_conforming_strings. */
export const quoteText = (text: string): string => `E'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;

export const qualifiedName = (schema: string, name: string): string => `${quoteName(schema)}.${quoteName(name)}`;
