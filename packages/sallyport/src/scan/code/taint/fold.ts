import { NOT_CONSTANT, type Known } from './value.ts';

/** A folded text may not grow without bound: `s = s + s` in a loop. */
const MAX_TEXT = 4096;

/** The result of an operator on known values; unknown when the languages do not agree on it. */
export function foldBinary(operator: string, left: Known, right: Known): Known {
  if (operator === 'and' || operator === '&&') return left === NOT_CONSTANT ? NOT_CONSTANT : truthy(left) ? right : left;
  if (operator === 'or' || operator === '||') return left === NOT_CONSTANT ? NOT_CONSTANT : truthy(left) ? left : right;
  if (operator === '??') return left === NOT_CONSTANT ? NOT_CONSTANT : (left ?? right);
  if (left === NOT_CONSTANT || right === NOT_CONSTANT) return NOT_CONSTANT;
  switch (operator) {
    case '==':
    case '===':
    case 'is':
      return left === right;
    case '!=':
    case '!==':
    case 'is not':
      return left !== right;
    default:
  }
  if (typeof left === 'number' && typeof right === 'number') return foldNumbers(operator, left, right);
  if (operator === '+' && typeof left === 'string' && (typeof right === 'string' || typeof right === 'number')) {
    const text = left + String(right);
    return text.length > MAX_TEXT ? NOT_CONSTANT : text;
  }
  if (typeof left === 'string' && typeof right === 'string') {
    if (operator === 'in') return right.includes(left);
    if (operator === 'not in') return !right.includes(left);
  }
  return NOT_CONSTANT;
}

function foldNumbers(operator: string, left: number, right: number): Known {
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return right === 0 ? NOT_CONSTANT : left / right;
    case '//':
      return right === 0 ? NOT_CONSTANT : Math.floor(left / right);
    case '%':
      return right === 0 || left < 0 || right < 0 ? NOT_CONSTANT : left % right;
    case '**':
      return left ** right;
    case '<':
      return left < right;
    case '>':
      return left > right;
    case '<=':
      return left <= right;
    case '>=':
      return left >= right;
    case '|':
      return left | right;
    case '&':
      return left & right;
    case '^':
      return left ^ right;
    case '<<':
      return left << right;
    default:
      return NOT_CONSTANT;
  }
}

export function foldUnary(operator: string, operand: Known): Known {
  if (operand === NOT_CONSTANT) return NOT_CONSTANT;
  if (operator === 'not' || operator === '!') return !truthy(operand);
  if (operator === '-' && typeof operand === 'number') return -operand;
  if (operator === '+' && typeof operand === 'number') return operand;
  return NOT_CONSTANT;
}

export function truthy(value: Known): boolean {
  return value !== NOT_CONSTANT && Boolean(value);
}

/** Operators whose result is text or a container that holds the operands; of all others the result is a number or a truth value. */
const CARRYING = new Set(['+', '%', '*', '/', '|', '??', '||', '&&', 'or', 'and', ',', '&', '@', '-']);
const NUMERIC_ONLY = new Set(['-', '*', '&']);

/** Whether data of the operands is in the result. In Python `%` formats, `/` joins paths and `|` merges. */
export function carries(operator: string, isPython: boolean): boolean {
  if (NUMERIC_ONLY.has(operator)) return operator === '*' && isPython;
  if (operator === '%' || operator === '/' || operator === '|') return isPython;
  return CARRYING.has(operator);
}

/** An address that starts like this stays on its host: a path of this site, or a host with the slash after it. */
export function pinsHost(prefix: string): boolean {
  return /^(?:[a-zA-Z][\w+.-]*:)?\/\/[^/?#\s]+[/?#]|^\/[^/\\]|^[\w.-]*[?#]|^[\w.-]+\/|^mailto:/.test(prefix);
}
