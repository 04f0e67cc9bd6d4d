/** What a check found. Texts are sentences without a full stop. */
export type Finding =
  | { readonly outcome: 'ok'; readonly text: string }
  /** It works, but the reader may want to know. */
  | { readonly outcome: 'note'; readonly text: string; readonly wayOut: string }
  | { readonly outcome: 'fault'; readonly text: string; readonly wayOut: string };

/** One thing that has to be right for ticks to work. */
export interface Check {
  /** `Token` */
  readonly title: string;
  /** @returns more than one finding only when each of them is worth a line */
  run(): Promise<readonly Finding[]>;
}

/** A line of the doctor's report. */
export type ReportLine = { readonly check: string } & (Finding | { readonly outcome: 'skipped' });
