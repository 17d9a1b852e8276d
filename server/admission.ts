/** Bounds how many statements run over sources at once; the others wait in order, and leave the queue when cancelled. */
export class AdmissionQueue {
  private max: number;
  private running = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(max: number) {
    this.max = max;
  }

  /** More places let the first in line in; fewer are taken back as statements end. */
  resize(max: number): void {
    this.max = max;
    while (this.running < this.max && this.waiting.length > 0) {
      this.running++;
      this.waiting.shift()!();
    }
  }

  /** Resolves to what must be called, once, when the statement has ended. Rejects with the signal's reason. */
  async enter(signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    if (this.running < this.max) this.running++;
    else await this.turn(signal);
    let left = false;
    return () => {
      if (left) return;
      left = true;
      const next = this.running > this.max ? undefined : this.waiting.shift();
      if (next) next();
      else this.running--;
    };
  }

  /** The place of a statement that leaves passes to the first in line. */
  private turn(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const enter = (): void => {
        signal.removeEventListener('abort', giveUp);
        resolve();
      };
      const giveUp = (): void => {
        this.waiting.splice(this.waiting.indexOf(enter), 1);
        reject(signal.reason as Error);
      };
      this.waiting.push(enter);
      signal.addEventListener('abort', giveUp, { once: true });
    });
  }
}
