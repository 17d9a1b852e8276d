/** What the film database's names and texts are made of. */

/** Of the country: code, name, continent, language, how many of a thousand titles are made there. */
export const COUNTRIES: readonly (readonly [string, string, string, string, number])[] = [
  ['US', 'United States', 'America', 'English', 380],
  ['GB', 'United Kingdom', 'Europe', 'English', 95],
  ['IN', 'India', 'Asia', 'Hindi', 85],
  ['FR', 'France', 'Europe', 'French', 75],
  ['JP', 'Japan', 'Asia', 'Japanese', 65],
  ['DE', 'Germany', 'Europe', 'German', 60],
  ['CA', 'Canada', 'America', 'English', 40],
  ['IT', 'Italy', 'Europe', 'Italian', 36],
  ['ES', 'Spain', 'Europe', 'Spanish', 28],
  ['MX', 'Mexico', 'America', 'Spanish', 22],
  ['BR', 'Brazil', 'America', 'Portuguese', 18],
  ['KR', 'South Korea', 'Asia', 'Korean', 16],
  ['AU', 'Australia', 'Oceania', 'English', 16],
  ['SE', 'Sweden', 'Europe', 'Swedish', 12],
  ['DK', 'Denmark', 'Europe', 'Danish', 10],
  ['RU', 'Russia', 'Europe', 'Russian', 10],
  ['AR', 'Argentina', 'America', 'Spanish', 8],
  ['NL', 'Netherlands', 'Europe', 'Dutch', 6],
  ['NO', 'Norway', 'Europe', 'Norwegian', 5],
  ['EG', 'Egypt', 'Africa', 'Arabic', 4],
  ['NG', 'Nigeria', 'Africa', 'English', 4],
  ['PL', 'Poland', 'Europe', 'Polish', 3],
  ['NZ', 'New Zealand', 'Oceania', 'English', 1],
  ['IS', 'Iceland', 'Europe', 'Icelandic', 1],
];

export const TITLE_KINDS = ['feature', 'short', 'series', 'episode', 'tv film', 'video', 'game'] as const;
export const JOBS = [
  'actor',
  'actress',
  'director',
  'writer',
  'producer',
  'composer',
  'cinematographer',
  'editor',
  'self',
  'costume designer',
];
export const STUDIO_PARTS = ['production', 'distribution', 'effects', 'sound'];
export const TITLE_FACTS = [
  'runtime',
  'budget',
  'gross',
  'rating',
  'votes',
  'release',
  'language',
  'colour',
  'place',
  'certificate',
  'tagline',
] as const;
export const PERSON_FACTS = ['birth place', 'height', 'biography', 'spouse', 'trademark'] as const;
export const LINKS = ['follows', 'followed by', 'remake of', 'references', 'spin-off from', 'edited into'];

/** Each with what is said of it in keywords first of all. */
export const GENRES: readonly (readonly [string, readonly string[]])[] = [
  ['Drama', ['loss', 'family-secret', 'marriage', 'illness']],
  ['Comedy', ['mistaken-identity', 'wedding', 'neighbours', 'prank']],
  ['Documentary', ['interview', 'archive-footage', 'nature', 'politics']],
  ['Thriller', ['conspiracy', 'kidnapping', 'chase', 'blackmail']],
  ['Romance', ['first-love', 'love-triangle', 'wedding', 'letter']],
  ['Action', ['explosion', 'chase', 'fight', 'revenge']],
  ['Crime', ['murder', 'police', 'heist', 'prison']],
  ['Horror', ['blood', 'haunted-house', 'murder', 'vampire']],
  ['Adventure', ['treasure', 'island', 'map', 'sea-voyage']],
  ['Family', ['dog', 'school-holiday', 'christmas', 'friendship']],
  ['Mystery', ['detective', 'murder', 'clue', 'disappearance']],
  ['Science Fiction', ['space-ship', 'robot', 'time-travel', 'alien']],
  ['Fantasy', ['magic', 'dragon', 'prophecy', 'curse']],
  ['Animation', ['talking-animal', 'magic', 'hero', 'toy']],
  ['Music', ['concert', 'singer', 'band', 'dance']],
  ['War', ['battle', 'soldier', 'resistance', 'letter']],
  ['Western', ['sheriff', 'horse', 'gold-rush', 'duel']],
  ['History', ['king', 'revolution', 'archive-footage', 'empire']],
  ['Sport', ['boxing', 'football', 'training', 'championship']],
  ['Biography', ['painter', 'scientist', 'childhood', 'rise-to-fame']],
];

export const ADJECTIVES = (
  'Silent Broken Last Golden Hidden Crimson Endless Lonely Wild Secret Burning Frozen Lost Little Dark Bright Paper Iron ' +
  'Velvet Hollow Distant Bitter Gentle Savage Electric Blue Midnight Forgotten Restless Second'
).split(' ');
export const NOUNS = (
  'River Garden Night Harbour Winter Letter Mirror Shadow Kingdom Road Star Bridge Summer Forest Window Train Island Song ' +
  'Machine Stranger Promise Witness Empire Tiger Mountain Clock Lantern Daughter Soldier Voyage'
).split(' ');
export const MEN = (
  'James John Robert Peter Thomas Karl Louis Marco Pedro Akira Hiroshi Raj Arjun Ivan Lars Omar Samuel Victor Daniel Hugo ' +
  'Andre Felix Martin Oscar'
).split(' ');
export const WOMEN = (
  'Anna Maria Ellen Sophie Claire Lucia Carmen Yuki Keiko Priya Asha Olga Ingrid Leila Grace Victoria Julia Helen Rosa Alice ' +
  'Nina Marta Emma Ida'
).split(' ');
/** Beginnings and ends of last names, by language; others take those of English. */
export const LAST_NAMES: Readonly<Record<string, readonly [string, string]>> = {
  English: ['Har Wil Ander Black Wood Thorn Ash Brad Carl Dun', 'son ton ley field man wood ford'],
  Hindi: ['Ka Sha Me Gup Ra Cha Ver Ban', 'poor rma hta ta o dhary ma sal'],
  French: ['Du Le Mar Bo Re Gar Mo Che', 'bois roy tin nnet nard nier reau valier'],
  Japanese: ['Ta Su Ya Na Ko Mi Ishi Fuji', 'naka zuki mada kamura bayashi yamoto hara'],
  German: ['Schn Mü Web Hoff Kel Bau Lang', 'eider ller er mann ler meister'],
  Italian: ['Ros Bian Fer Es Ro Con', 'si chi rari posito mano ti'],
  Spanish: ['Gar Mar Lo Her Gon Rami', 'cia tinez pez nandez zalez rez'],
  Swedish: ['Anders Lind Berg Ny Sand', 'son gren man ström berg'],
  Danish: ['Jen Niel Han Peder Chris', 'sen tensen'],
};
/** What studios are called, by the language spoken there; others take those of English. */
export const STUDIO_NAMES: Readonly<Record<string, readonly string[]>> = {
  English: ['Pictures', 'Films', 'Entertainment', 'Studios', 'Television', 'Productions'],
  French: ['Films', 'Cinéma', 'Productions'],
  German: ['Filmproduktion', 'Film', 'Fernsehen'],
  Japanese: ['Eiga', 'Animation', 'Studios'],
  Italian: ['Cinematografica', 'Film'],
  Spanish: ['Cine', 'Producciones'],
};
