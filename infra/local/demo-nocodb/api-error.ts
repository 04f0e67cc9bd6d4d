/** An answer that is not a success, as NocoDB 0.301.3 gives it. Its bodies have no common form. */
export class ApiError extends Error {
  readonly status: number;
  readonly body: unknown;

  constructor(status: number, body: unknown) {
    super(`${status} ${JSON.stringify(body)}`);
    this.name = new.target.name;
    this.status = status;
    this.body = body;
  }
}

/** The form of most errors. */
export function coded(status: number, error: string, message: string): ApiError {
  return new ApiError(status, { error, message });
}

/** The form of errors from NocoDB's older code. */
export function plain(status: number, msg: string): ApiError {
  return new ApiError(status, { msg });
}

export const tableNotFound = (id: string) => coded(404, 'ERR_TABLE_NOT_FOUND', `Table '${id}' not found`);
export const baseNotFound = (id: string) => coded(404, 'ERR_BASE_NOT_FOUND', `Base '${id}' not found`);
export const recordNotFound = (id: unknown) => coded(404, 'ERR_RECORD_NOT_FOUND', `Record '${id}' not found`);
export const fieldNotFound = (name: string) => coded(404, 'ERR_FIELD_NOT_FOUND', `Field '${name}' not found`);
export const hookNotFound = (id: string) => coded(404, 'ERR_HOOK_NOT_FOUND', `Hook '${id}' not found`);

/** PostgreSQL's refusal of a text where its column wants another type. */
export function invalidValue(type: string, value: string): ApiError {
  return new ApiError(400, {
    error: 'ERR_DATABASE_OP_FAILED',
    message: `Invalid value '${value}' for type '${type}'`,
    code: '22P02',
    details: { dataType: type, value },
  });
}

/** PostgreSQL's refusal where NocoDB does not find out which value it was. */
export function invalidUnnamedValue(code: '22P02' | '22003'): ApiError {
  return new ApiError(400, {
    error: 'ERR_DATABASE_OP_FAILED',
    message: "Invalid data type or value for column 'unknown'.",
    code,
    details: { column: 'unknown' },
  });
}
