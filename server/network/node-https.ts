/** `node:https`, for those that dial with it, when they do: with it Node reads the certificates of all authorities, in 6 MB. */
export const loadHttps = () => process.getBuiltinModule('node:https');
