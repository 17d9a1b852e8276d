/** Prometheus figures of the gateway. One registry per gateway: several may live in one process (tests). */
import { Counter, Gauge, Histogram, Registry } from 'prom-client';

export class Metrics {
  readonly registry = new Registry();
  readonly sessions = new Gauge({ name: 'tributary_sessions', help: 'Client sessions open', registers: [this.registry] });
  readonly refused = new Counter({
    name: 'tributary_connections_refused_total',
    help: 'Connections refused: limit, authentication, malformed start-up',
    registers: [this.registry],
  });
  readonly statements = new Counter({
    name: 'tributary_federated_statements_total',
    help: 'Statements over sources',
    labelNames: ['outcome'] as const,
    registers: [this.registry],
  });
  readonly relayed = new Counter({
    name: 'tributary_relayed_statements_total',
    help: 'Statements whose rows were passed on without decoding',
    registers: [this.registry],
  });
  readonly duration = new Histogram({
    name: 'tributary_federated_statement_seconds',
    help: 'From the start of planning to the last row',
    buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10, 60],
    registers: [this.registry],
  });
  readonly sourceUp = new Gauge({
    name: 'tributary_source_up',
    help: '1 when the source answered the last refresh',
    labelNames: ['source'] as const,
    registers: [this.registry],
  });
}
