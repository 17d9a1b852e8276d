/**
 * The sources a gateway works with now. SIGHUP may change them: a source whose settings changed is a new site of the same
 * name, and the old one is closed when the last statement on it has ended.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Site } from '../algebra/site.ts';
import type { Configuration, SourceConfiguration } from './configuration/schema.ts';
import { CountedSite } from './counted-site.ts';

interface Source {
  readonly site: CountedSite;
  readonly configuration: SourceConfiguration;
}

export interface SourceChange {
  /** New, or under new settings: to be read. */
  readonly added: readonly Site[];
  /** No longer to be used: to be closed when idle. */
  readonly removed: readonly CountedSite[];
}

export class SourceSet {
  private readonly createSite: (name: string, source: SourceConfiguration) => Site;
  private sources: ReadonlyMap<string, Source> = new Map();
  /** By name, in the order of the configuration, which is that of the search path. Replaced as a whole. */
  sites: ReadonlyMap<string, Site> = new Map();

  constructor(createSite: (name: string, source: SourceConfiguration) => Site) {
    this.createSite = createSite;
  }

  change(wanted: Configuration['sources']): SourceChange {
    const next = new Map<string, Source>();
    const added: Site[] = [];
    for (const [name, configuration] of Object.entries(wanted)) {
      const known = this.sources.get(name);
      if (known && isDeepStrictEqual(known.configuration, configuration)) {
        next.set(name, known);
        continue;
      }
      const site = new CountedSite(this.createSite(name, configuration));
      next.set(name, { site, configuration });
      added.push(site);
    }
    const kept = new Set([...next.values()].map((source) => source.site));
    const removed = [...this.sources.values()].map((source) => source.site).filter((site) => !kept.has(site));
    this.sources = next;
    this.sites = new Map([...next].map(([name, source]) => [name, source.site]));
    return { added, removed };
  }

  async close(): Promise<void> {
    await Promise.allSettled([...this.sources.values()].map((source) => source.site.close()));
  }
}
