/** What a suite opens is closed when its tests are over, the last first, also when opening stopped half-way. */
type Closable = { stop(): Promise<unknown> } | { end(): Promise<unknown> };

/** Called in a test file or a `describe`; the function it gives takes what was opened, and hands it on. */
export function closedAfterAll(): <T extends Closable>(opened: T) => T {
  const open: Closable[] = [];
  afterAll(async () => {
    for (const one of open.splice(0).reverse()) await ('stop' in one ? one.stop() : one.end());
  });
  return (opened) => {
    open.push(opened);
    return opened;
  };
}
