/**
 * Facts about catalog objects by OID. What PostgreSQL ships is known for good; the rest is known until `forget`, and even
 * then the old fact stays readable, since a statement under way still speaks of it, until a newer one takes its place.
 */

/** OIDs below this are given out by initdb: PostgreSQL's own objects (FirstNormalObjectId in access/transam.h). */
export const FIRST_USER_OID = 16_384;

export class OidCache<T> {
  private readonly values = new Map<number, T>();
  /** Objects that are not PostgreSQL's own and were read since the last `forget`. */
  private readonly fresh = new Set<number>();

  get(oid: number): T | undefined {
    return this.values.get(oid);
  }

  isKnown(oid: number): boolean {
    return oid < FIRST_USER_OID ? this.values.has(oid) : this.fresh.has(oid);
  }

  /** `current`: nothing was forgotten while it was read. */
  set(oid: number, value: T, current: boolean): void {
    this.values.set(oid, value);
    if (oid >= FIRST_USER_OID && current) this.fresh.add(oid);
  }

  forget(): void {
    this.fresh.clear();
  }

  /** Those of `oids` that have to be read; 0 is no object. */
  missing(oids: Iterable<number>): number[] {
    let missing: Set<number> | undefined;
    for (const oid of oids) if (oid !== 0 && !this.isKnown(oid)) (missing ??= new Set()).add(oid);
    return missing ? [...missing] : [];
  }
}
