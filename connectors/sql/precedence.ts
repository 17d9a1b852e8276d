/** SQL text with how tightly its outermost construct binds, so that parentheses are written only where they are needed. */

export interface SqlText {
  readonly text: string;
  readonly precedence: number;
}

/** PostgreSQL's operator precedence (its documentation, section 4.1.6), loosest first. */
export const OR = 1;
export const AND = 2;
export const NOT = 3;
export const IS = 4;
export const COMPARISON = 5;
export const MATCHING = 6;
export const OTHER_OPERATOR = 7;
export const ADDITION = 8;
export const MULTIPLICATION = 9;
export const COLLATE = 11;
export const UNARY = 12;
export const CAST = 13;
export const ATOM = 14;

export const atom = (text: string): SqlText => ({ text, precedence: ATOM });

/** The text, in parentheses if it binds less tightly than its surroundings ask. */
export const atLeast = (sql: SqlText, precedence: number): string => (sql.precedence >= precedence ? sql.text : `(${sql.text})`);

export function operatorPrecedence(name: string): number {
  switch (name) {
    case '=':
    case '<>':
    case '<':
    case '<=':
    case '>':
    case '>=':
      return COMPARISON;
    case 'LIKE':
    case 'NOT LIKE':
    case 'ILIKE':
    case 'NOT ILIKE':
      return MATCHING;
    case '+':
    case '-':
      return ADDITION;
    case '*':
    case '/':
    case '%':
      return MULTIPLICATION;
    default:
      return OTHER_OPERATOR;
  }
}
