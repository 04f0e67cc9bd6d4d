/** A value as CloudWatch stores it. */
export interface Datapoint {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly value: number;
  /** Epoch milliseconds. */
  readonly at: number;
}

interface EmbeddedMetrics {
  readonly _aws: {
    readonly Timestamp: number;
    readonly CloudWatchMetrics: readonly {
      readonly Namespace: string;
      readonly Dimensions: readonly (readonly string[])[];
      readonly Metrics: readonly { readonly Name: string }[];
    }[];
  };
  readonly [name: string]: unknown;
}

/**
 * Reads the values in CloudWatch's embedded metric format from a line of a log
 * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html).
 *
 * @returns nothing for any other line
 */
export function embeddedDatapoints(line: string): Datapoint[] {
  const log = parse(line);
  if (log === undefined) return [];
  return log._aws.CloudWatchMetrics.flatMap(({ Namespace: namespace, Dimensions, Metrics }) =>
    Dimensions.flatMap((names) => {
      const dimensions = Object.fromEntries(names.map((name) => [name, String(log[name])]));
      return Metrics.flatMap(({ Name: name }) =>
        [log[name]].flat().map((value) => ({
          namespace,
          name,
          dimensions,
          value: Number(value),
          at: log._aws.Timestamp,
        })),
      );
    }),
  );
}

function parse(line: string): EmbeddedMetrics | undefined {
  if (!line.includes('"CloudWatchMetrics"')) return undefined;
  return JSON.parse(line) as EmbeddedMetrics;
}
