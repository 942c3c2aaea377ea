/** What belongs to the recorded incident in demo/: its namespace, and the moment it is asked about. */
export const DEMO = {
  namespace: 'prod',
  /** Shortly after the last event, so that ages read as they did that night. Set when the incident is recorded. */
  nowMs: Date.parse('2026-11-24T03:12:00Z'),
} as const;
