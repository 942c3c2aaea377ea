/** Flags as they were given, for the commands that an answer offers next. */
import { flagText } from '../event/shell.ts';
import { boolFlag, FLAGS, type Flag, type FlagName, type FlagValues, listFlag } from './flags.ts';

/** Each after a space. A token is never repeated: it would stand in a terminal and in a ticket. */
export function typedAgain(flags: FlagValues, names: readonly FlagName[]): string {
  return names
    .filter((name) => name !== 'token')
    .flatMap((name) => {
      const isOn = boolFlag(flags, name);
      if (isOn !== null) return isOn ? [` --${name}`] : [` --no-${name}`];
      return listFlag(flags, name).map((value) => flagText(name, value));
    })
    .join('');
}

export function flagsInGroup(group: Flag['group']): readonly FlagName[] {
  return (Object.values(FLAGS) as Flag[])
    .filter((flag) => flag.group === group)
    .map((flag) => flag.name as FlagName);
}
