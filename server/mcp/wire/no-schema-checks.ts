/**
 * What the SDK is given in place of its own validator, which costs each client and each server more than a millisecond and much memory, and
 * is not in the bundle. Results of tools go to the model as they are, and nobody is asked for input by a schema: nothing is ever checked.
 */
export const NO_SCHEMA_CHECKS = {
  getValidator: () => () => ({ valid: false as const, data: undefined, errorMessage: 'Schemas are not checked here' }),
};
