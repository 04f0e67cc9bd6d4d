declare module 'asl-validator' {
  /** Checks a definition in Amazon States Language, its JSONata expressions included. */
  export default function validate(definition: unknown): {
    readonly isValid: boolean;
    errorsText(separator?: string): string;
  };
}
