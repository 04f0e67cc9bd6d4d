/**
 * Carries something out now. The function returned gives its result or throws its error: the answer is fixed, although it
 * arrives later.
 */
export function capture<Result>(operate: () => Result): () => Result {
  try {
    const result = operate();
    return () => result;
  } catch (error) {
    return () => {
      throw error;
    };
  }
}
