/** An error response of NocoDB 0.301.3. The bodies have no common form. */
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

/** An error in the usual form. */
export function coded(status: number, error: string, message: string): ApiError {
  return new ApiError(status, { error, message });
}

/** An error in the form of NocoDB's older code. */
export function plain(status: number, msg: string): ApiError {
  return new ApiError(status, { msg });
}

export const tableNotFound = (id: string) => coded(404, 'ERR_TABLE_NOT_FOUND', `Table '${id}' not found`);
export const baseNotFound = (id: string) => coded(404, 'ERR_BASE_NOT_FOUND', `Base '${id}' not found`);
export const recordNotFound = (id: unknown) => coded(404, 'ERR_RECORD_NOT_FOUND', `Record '${id}' not found`);
export const fieldNotFound = (name: string) => coded(404, 'ERR_FIELD_NOT_FOUND', `Field '${name}' not found`);
export const hookNotFound = (id: string) => coded(404, 'ERR_HOOK_NOT_FOUND', `Hook '${id}' not found`);
