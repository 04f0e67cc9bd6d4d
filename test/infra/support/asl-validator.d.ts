declare module 'asl-validator' {
  /** Checks a definition in Amazon States Language, including its JSONata expressions. */
  export default function validate(definition: unknown): {
    readonly isValid: boolean;
    errorsText(separator?: string): string;
  };
}
