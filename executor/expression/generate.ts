/**
 * The one place that turns text into code. The text holds only names and literals that the emitter made up; every value of
 * a query travels as an argument. Equal text is compiled once and its factory kept, so that a prepared statement run
 * again (or a like one) finds optimised code.
 */
type Factory = (...bindings: readonly unknown[]) => unknown;

const FACTORIES_MAX = 500;
const factories = new Map<string, Factory>();

/** `body` is the body of a function of `names` that returns the wanted function; the caller knows its type. */
export function instantiate(names: readonly string[], body: string, bindings: readonly unknown[]): unknown {
  const key = `${names.join()}\n${body}`;
  let factory = factories.get(key);
  if (factory === undefined) {
    if (factories.size >= FACTORIES_MAX) factories.delete(factories.keys().next().value!);
    // oxlint-disable-next-line no-implied-eval, no-new-func -- see the header
    factory = new Function(...names, `"use strict";\n${body}`) as Factory;
  } else {
    factories.delete(key);
  }
  factories.set(key, factory);
  return factory(...bindings);
}
