/** `2024-02-29`: ISO dates into bytes. Neighbouring rows often share a day, so the last one's digits are kept. */
import { civilToDays, daysToCivil } from '../../core/calendar.ts';
import { writePadded, writePair } from './digits.ts';

const FIRST_DAY = civilToDays(1, 1, 1);
const LAST_DAY = civilToDays(9999, 12, 31);

export class DateDigits {
  private day = NaN;
  private readonly digits = new Uint8Array(10);

  /** Years 1 to 9999: four digits, no era. */
  covers(days: number): boolean {
    return days >= FIRST_DAY && days <= LAST_DAY;
  }

  /** `days` must be covered. */
  write(bytes: Uint8Array, at: number, days: number): number {
    const { digits } = this;
    if (days !== this.day) {
      const { year, month, day } = daysToCivil(days);
      writePadded(digits, 0, year, 4);
      digits[4] = 0x2d;
      writePair(digits, 5, month);
      digits[7] = 0x2d;
      writePair(digits, 8, day);
      this.day = days;
    }
    for (let i = 0; i < 10; i++) bytes[at + i] = digits[i]!;
    return at + 10;
  }
}
