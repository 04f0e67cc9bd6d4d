import { LogFormatter, Logger, LogItem } from '@aws-lambda-powertools/logger';
import type { LogAttributes, UnformattedAttributes } from '@aws-lambda-powertools/logger/types';

/**
 * Creates the Powertools logger of a function.
 *
 * Its lines have the standard keys of Powertools, except those that are the same in each line of a log group: the name, ARN
 * and memory of the function. They would be half of the log.
 */
export function createLogger(trackerName: string): Logger {
  return new Logger({ serviceName: trackerName, logFormatter: new ShortFormatter() });
}

class ShortFormatter extends LogFormatter {
  override formatAttributes(
    { logLevel, message, timestamp, serviceName, lambdaContext }: UnformattedAttributes,
    additional: LogAttributes,
  ): LogItem {
    const attributes = {
      level: logLevel,
      message,
      timestamp: this.formatTimestamp(timestamp),
      service: serviceName,
      function_request_id: lambdaContext?.awsRequestId,
    };
    return new LogItem({ attributes }).addAttributes(additional);
  }
}
