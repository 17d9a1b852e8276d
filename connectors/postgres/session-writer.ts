/** Fragments on the session's own backend: over its tables, and over what is shipped there. */
import type { Rel } from '../../algebra/rel.ts';
import { CatalogWriter } from './catalog-writer.ts';
import { withOpaqueChoices } from './opaque-choices.ts';
import type { ShippedSql } from './shipped-writer.ts';

export class SessionWriter extends CatalogWriter {
  constructor() {
    super('session');
  }

  override statement(fragment: Rel): ShippedSql {
    return this.withShipped(fragment, super.statement(withOpaqueChoices(fragment)));
  }
}
