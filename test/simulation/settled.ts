/** Carries something out now, and gives its result, or throws, when asked for it: what an answer under way is. */
export function settled<Result>(operate: () => Result): () => Result {
  try {
    const result = operate();
    return () => result;
  } catch (error) {
    return () => {
      throw error;
    };
  }
}
