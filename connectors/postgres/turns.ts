/** Lets the users of one shared connection go one after the other, in the order they asked. */
export class Turns {
  private last: Promise<unknown> = Promise.resolve();

  take<T>(run: () => Promise<T>): Promise<T> {
    const turn = this.last.then(run, run);
    this.last = turn.then(
      () => undefined,
      () => undefined,
    );
    return turn;
  }
}
