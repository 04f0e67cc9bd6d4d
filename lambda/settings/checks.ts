import * as z from 'zod/mini';
import { idsInUrl, normalizeApiUrl } from './api-url.ts';
import { faultOfFieldName, faultOfPaidValue } from './where-syntax.ts';

// The checks of values, whether they come from a variable or from a prop. An error says only what is wrong with the
// value: `is not a whole number of seconds from 5 to 3600`. zod/mini adds 15 KB to a function's bundle, zod 88 KB.

/** A text that matches a pattern. @param form what the pattern allows: `the name of a DynamoDB table` */
export function textLike(pattern: RegExp, form: string) {
  const error = `is not ${form}`;
  return z.string({ error }).check(z.regex(pattern, { error }));
}

/** @param max without one there is no upper limit */
export function wholeNumber({ min, max, unit }: { min: number; max?: number; unit?: string }) {
  const error = `is not a whole number${unit ? ` of ${unit}` : ''} from ${min}${max ? ` to ${max}` : ''}`;
  const fits = (value: number) => Number.isSafeInteger(value) && value >= min && value <= (max ?? value);
  return z.number({ error }).check(z.refine(fits, { error }));
}

export const flag = z.boolean({ error: 'is neither true nor false' });

/** Seconds between two ticks. `webhook` is the longest: the webhook reports what is paid, and ticks find what it missed. */
export function interval(limits: { min: number; max: number }) {
  const seconds = wholeNumber({ ...limits, unit: 'seconds' });
  const error = `is not a whole number of seconds from ${limits.min} to ${limits.max}`;
  return z.pipe(
    z.union([z.literal(WEBHOOK_FIRST), seconds], { error }),
    z.transform((value) => (value === WEBHOOK_FIRST ? limits.max : value)),
  );
}

export const WEBHOOK_FIRST = 'webhook';

/** Any address of a NocoDB; the value is the one that the API is built on. */
export const apiUrl = z.pipe(
  z.string({ error: 'is not a text' }),
  z.transform((text, context) => {
    const result = normalizeApiUrl(text);
    if ('apiUrl' in result) return result.apiUrl;
    context.issues.push({ code: 'custom', message: result.fault, input: text });
    return z.NEVER;
  }),
);

/** The id of a table, or the address of the table, copied from the browser. @param form what an id is */
export function tableId(pattern: RegExp, form: string) {
  const inAddress = z.transform((text: string) => idsInUrl(text).tableId ?? text);
  return z.pipe(z.pipe(z.string({ error: `is not ${form}` }), inAddress), textLike(pattern, form));
}

/** One of these texts. */
export function oneOf<const T extends readonly [string, ...string[]]>(texts: T) {
  return z.enum(texts, { error: `is not one of ${texts.join(', ')}` });
}

/** Title or id of a field that queries can name. */
export const fieldName = textWithout(faultOfFieldName);

/** Texts of the paid field that queries can name: trimmed, each once, blank ones left out. */
export const paidValues = z.array(textWithout(faultOfPaidValue), { error: 'is not a list of texts' }).check(
  z.overwrite((values) => [...new Set(values)].filter((value) => value !== '')),
  z.minLength(1, { error: 'holds no value: separate them by commas, as in Paid,Succeeded' }),
);

/** A trimmed text in which a function finds no fault. */
function textWithout(faultOf: (text: string) => string | undefined) {
  return z.string({ error: 'is not a text' }).check(
    z.trim(),
    z.check(({ value, issues }) => {
      const message = faultOf(value);
      if (message !== undefined) issues.push({ code: 'custom', message, input: value });
    }),
  );
}
