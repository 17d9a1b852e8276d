/**
 * Time zone abbreviations in date/time input: PostgreSQL's `Default` set (appendix "Date/Time Configuration Files" of its
 * manual). Those whose meaning changed over time follow the history of a zone.
 */

export type AbbreviationMeaning =
  /** Seconds east of Greenwich. */
  { readonly offset: number; readonly isDst: boolean } | { readonly zone: string };

const standardOffsets: readonly (readonly [number, string])[] = [
  [-36000, 'HST TAHT'],
  [-34200, 'MART'],
  [-32400, 'AKST GAMT'],
  [-28800, 'PST'],
  [-25200, 'MST'],
  [-21600, 'CST GALT'],
  [-18000, 'ACT COT EST PET'],
  [-14400, 'AMT AST BOT'],
  [-12600, 'NFT NST'],
  [-10800, 'BRA BRT GFT PMST UYT WGT'],
  [-7200, 'FNT'],
  [-3600, 'AZOT EGT'],
  [0, 'GMT UCT UT UTC WET Z ZULU'],
  [3600, 'CET MET MEZ WAT'],
  [7200, 'EET IST SAST'],
  [10800, 'EAT FET'],
  [12600, 'IRT'],
  [14400, 'MUT RET SCT'],
  [16200, 'AFT'],
  [18000, 'MVT PKT TFT TJT UZT'],
  [20700, 'NPT'],
  [21600, 'ALMT BDT BTT XJT'],
  [23400, 'MMT'],
  [25200, 'CXT ICT WAST'],
  [28800, 'AWST BNT BORT CCT HKT MYT PHT'],
  [31500, 'ACWST'],
  [32400, 'JAYT JST KST PWT'],
  [34200, 'ACST CAST'],
  [36000, 'AEST CHUT DDUT LIGT MPT PGT TRUT YAPT'],
  [37800, 'LHST'],
  [39600, 'PONT VUT'],
  [43200, 'FJT GILT MHT NZST NZT TVT WAKT WFT'],
  [45900, 'CHAST'],
  [46800, 'TOT'],
];

const daylightOffsets: readonly (readonly [number, string])[] = [
  [-28800, 'AKDT'],
  [-25200, 'PDT'],
  [-21600, 'MDT'],
  [-18000, 'CDT'],
  [-14400, 'EDT'],
  [-10800, 'ADT CLST PYST'],
  [-9000, 'NDT'],
  [-7200, 'BRST PMDT UYST WGST'],
  [-3600, 'FNST'],
  [0, 'AZOST EGST'],
  [3600, 'BST WETDST'],
  [7200, 'BDST CEST CETDST MEST MESZ METDST'],
  [10800, 'EEST EETDST IDT'],
  [14400, 'MSD'],
  [18000, 'MUST'],
  [21600, 'KGST PKST UZST YEKST'],
  [25200, 'ALMST'],
  [28800, 'WADT'],
  [32400, 'AWSST ULAST WDT'],
  [36000, 'KDT'],
  [37800, 'ACDT ACSST CADT SADT'],
  [39600, 'AEDT AESST'],
  [46800, 'FJST NZDT'],
  [49500, 'CHADT'],
];

const zones: readonly (readonly [string, string])[] = [
  ['America/Argentina/Buenos_Aires', 'ARST ART'],
  ['America/Asuncion', 'PYT'],
  ['America/Caracas', 'VET'],
  ['America/Guyana', 'GYT'],
  ['America/Santiago', 'CLT'],
  ['Antarctica/Davis', 'DAVT'],
  ['Antarctica/Mawson', 'MAWT'],
  ['Asia/Anadyr', 'ANAST ANAT'],
  ['Asia/Ashgabat', 'TMT'],
  ['Asia/Baku', 'AZST AZT'],
  ['Asia/Bishkek', 'KGT'],
  ['Asia/Colombo', 'LKT'],
  ['Asia/Irkutsk', 'IRKST IRKT'],
  ['Asia/Kamchatka', 'PETST PETT'],
  ['Asia/Krasnoyarsk', 'KRAST KRAT'],
  ['Asia/Magadan', 'MAGST MAGT'],
  ['Asia/Novosibirsk', 'NOVST NOVT'],
  ['Asia/Omsk', 'OMSST OMST'],
  ['Asia/Singapore', 'SGT'],
  ['Asia/Tbilisi', 'GEST GET'],
  ['Asia/Ulaanbaatar', 'ULAT'],
  ['Asia/Vladivostok', 'VLAST VLAT'],
  ['Asia/Yakutsk', 'YAKST YAKT'],
  ['Asia/Yekaterinburg', 'YEKT'],
  ['Asia/Yerevan', 'AMST'],
  ['Atlantic/Stanley', 'FKST FKT'],
  ['Australia/Lord_Howe', 'LHDT'],
  ['Europe/Moscow', 'MSK'],
  ['Europe/Volgograd', 'VOLT'],
  ['Indian/Chagos', 'IOT'],
  ['Pacific/Easter', 'EASST EAST'],
  ['Pacific/Fakaofo', 'TKT'],
  ['Pacific/Kiritimati', 'LINT'],
  ['Pacific/Kosrae', 'KOST'],
  ['Pacific/Niue', 'NUT'],
  ['Pacific/Rarotonga', 'CKT'],
];

const meanings = new Map<string, AbbreviationMeaning>();
for (const [offset, names] of standardOffsets) {
  for (const name of names.split(' ')) meanings.set(name, { offset, isDst: false });
}
for (const [offset, names] of daylightOffsets) {
  for (const name of names.split(' ')) meanings.set(name, { offset, isDst: true });
}
for (const [zone, names] of zones) for (const name of names.split(' ')) meanings.set(name, { zone });

/** `abbreviation` in upper case. */
export const abbreviationMeaning = (abbreviation: string): AbbreviationMeaning | undefined => meanings.get(abbreviation);
