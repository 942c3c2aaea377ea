/** Where the configuration file's schema is to be had, for editors: made by scripts/config-schema.ts. What is new in it is added, so the newest holds for all. */
export const CONFIG_SCHEMA_URL =
  'https://raw.githubusercontent.com/kubectl-audit/kubectl-audit/main/docs/config.schema.json';
