/** Users of the configuration as roles of the catalog server, and a backend for each session, logged in as its user. */
import type { BackendConnection } from '../catalog/backend-connection.ts';
import type { CatalogServer } from '../catalog/catalog-server.ts';
import type { Configuration } from './configuration/schema.ts';
import type { GatewayOptions } from './gateway.ts';

export class Roles {
  private configuration: Configuration;
  private readonly catalog: CatalogServer;
  /** Names let in under trust, known to be roles by now. */
  private readonly known = new Set<string>();

  constructor(configuration: Configuration, catalog: CatalogServer) {
    this.configuration = configuration;
    this.catalog = catalog;
  }

  async ensureConfigured(): Promise<void> {
    await this.ensure(this.configuration);
  }

  /** Users, their sources and start-up settings are these from now on, also of roles let in under trust before. */
  async reconfigure(configuration: Configuration): Promise<void> {
    await this.ensure(configuration);
    this.configuration = configuration;
  }

  private async ensure(configuration: Configuration): Promise<void> {
    const { users } = configuration.auth;
    const everything = Object.keys(configuration.sources);
    for (const user of users) {
      await this.catalog.ensureRole({ name: user.name, admin: user.admin, sources: user.sources ?? everything });
    }
    const configured = new Set(users.map((user) => user.name));
    // Those who are configured no more are not let in again; what their open sessions may read ends with the sources.
    for (const name of [...this.known].filter((each) => !configured.has(each))) {
      await this.catalog.ensureRole({ name, admin: false, sources: users.length === 0 ? everything : [] });
    }
    for (const name of configured) this.known.add(name);
  }

  async connect(session: Parameters<GatewayOptions['connect']>[0]): Promise<BackendConnection> {
    const { user, source } = session;
    if (!this.known.has(user)) {
      await this.catalog.ensureRole({ name: user, admin: false, sources: Object.keys(this.configuration.sources) });
      this.known.add(user);
    }
    const { statement_timeout, idle_session_timeout } = this.configuration.limits;
    const parameters = {
      ...(statement_timeout > 0 ? { statement_timeout: String(statement_timeout) } : {}),
      ...(idle_session_timeout > 0 ? { idle_session_timeout: String(idle_session_timeout) } : {}),
      search_path: this.catalog.searchPath(source),
      ...session.parameters,
    };
    return this.catalog.connect({ user, parameters });
  }

  /** Whether the catalog server lets a session in. */
  async answers(): Promise<boolean> {
    try {
      await this.catalog.lookup.ensure({ relations: [1], types: [], functions: [], operators: [], collations: [] });
      return true;
    } catch (error) {
      if (error instanceof Error) return false;
      throw error;
    }
  }
}
