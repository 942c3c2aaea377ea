/** What belongs to the recorded incident in demo/: its namespace, and the moment at which it is asked about. */
import context from '../../demo/context.json' with { type: 'json' };

export const DEMO = {
  namespace: context.namespace,
  /** Shortly after the last event, so that ages read as they did that night. */
  nowMs: Date.parse(context.now),
};
