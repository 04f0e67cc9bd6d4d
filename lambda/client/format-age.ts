const UNITS = [
  { suffix: 'd', seconds: 86_400 },
  { suffix: 'h', seconds: 3600 },
  { suffix: 'm', seconds: 60 },
] as const;

/**
 * How long ago something was, in its largest whole unit.
 *
 * @example
 * formatAge(15) // '15s ago'
 * formatAge(150) // '2m ago'
 */
export function formatAge(seconds: number): string {
  const unit = UNITS.find((each) => seconds >= each.seconds) ?? { suffix: 's', seconds: 1 };
  return `${Math.floor(seconds / unit.seconds)}${unit.suffix} ago`;
}
