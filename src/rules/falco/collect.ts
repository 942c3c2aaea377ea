/** The items of Falco's files, in their order → what is defined in the end. */
import { Refusal, type Refusals } from '../refusal.ts';
import type { RuleNote, RuleText } from '../rule.ts';
import { entryOf, type Mapping, readTrees, type Tree } from '../yaml-tree.ts';
import {
  type Definitions,
  type ExceptionDefinition,
  type ListDefinition,
  type MacroDefinition,
  Pieces,
  type RuleDefinition,
} from './definitions.ts';
import {
  exceptionsOf,
  flagOf,
  optionalScalar,
  overridesOf,
  placeOf,
  priorityOf,
  refuseBeside,
  scalarOf,
  scalarsOf,
} from './items.ts';

/** Rules without a source are of system calls. */
export const AUDIT_SOURCE = 'k8s_audit';
const DEFAULT_SOURCE = 'syscall';

export function collect(
  files: readonly RuleText[],
  refusals: Refusals,
): Definitions & { readonly notes: readonly RuleNote[] } {
  const collector = new Collector();
  for (const file of files) {
    const trees = refusals.attempt(() => readTrees(file)) ?? [];
    for (const item of trees.flatMap((tree) => refusals.attempt(() => itemsIn(tree)) ?? []))
      refusals.attempt(() => collector.add(item));
  }
  return collector;
}

function itemsIn(tree: Tree): readonly Mapping[] {
  if (tree.kind !== 'list')
    throw new Refusal(tree.place, 'a file of Falco is a list of rules, macros and lists');
  return tree.items
    .filter((item) => !(item.kind === 'scalar' && item.value === null))
    .map((item) => {
      if (item.kind !== 'mapping')
        throw new Refusal(item.place, 'an item must be a mapping: rule, macro or list');
      return item;
    });
}

const APPENDED_TO_RULES = ['condition', 'output', 'desc', 'tags', 'exceptions'] as const;
const REPLACED_IN_RULES = [
  ...(['condition', 'output', 'desc', 'priority', 'tags', 'exceptions', 'enabled'] as const),
  ...(['capture', 'capture_duration', 'warn_evttypes', 'skip-if-unknown-filter'] as const),
] as const;
const KEYS: Readonly<Record<'rule' | 'macro' | 'list', ReadonlySet<string>>> = {
  rule: new Set(['rule', 'source', 'append', 'override', ...REPLACED_IN_RULES]),
  macro: new Set(['macro', 'condition', 'append', 'override']),
  list: new Set(['list', 'items', 'append', 'override']),
};

class Collector implements Definitions {
  readonly lists = new Map<string, ListDefinition>();
  readonly macros = new Map<string, MacroDefinition>();
  readonly rules = new Map<string, RuleDefinition>();
  readonly notes: RuleNote[] = [];
  #order = 0;

  add(item: Mapping): void {
    this.#order++;
    if (entryOf(item, 'required_engine_version') !== null) return;
    if (entryOf(item, 'required_plugin_versions') !== null) return;
    if (entryOf(item, 'list') !== null) this.#list(item);
    else if (entryOf(item, 'macro') !== null) this.#macro(item);
    else if (entryOf(item, 'rule') !== null) this.#rule(item);
    else this.#note(item, 'an item that is no rule, macro or list was passed over, as Falco does');
  }

  #list(item: Mapping): void {
    const name = scalarOf(item, 'list').text;
    const items = scalarsOf(item, 'items');
    if (items === null) throw new Refusal(item.place, `list ${name}: items are missing`);
    this.#noteUnknown(item, 'list', name);
    const earlier = this.lists.get(name) ?? null;
    const isAppended = this.#isAppended(item, 'items');
    if (isAppended && earlier === null)
      throw new Refusal(item.place, `list ${name} is appended to, and is not defined before`);
    this.lists.set(name, {
      ...{ name, place: item.place, first: earlier?.first ?? this.#order, last: this.#order },
      items: isAppended ? [...(earlier?.items ?? []), ...items] : items,
    });
  }

  #macro(item: Mapping): void {
    const name = scalarOf(item, 'macro').text;
    const condition = scalarOf(item, 'condition');
    this.#noteUnknown(item, 'macro', name);
    const earlier = this.macros.get(name) ?? null;
    const isAppended = this.#isAppended(item, 'condition');
    if (isAppended && earlier === null)
      throw new Refusal(item.place, `macro ${name} is appended to, and is not defined before`);
    const whole = isAppended ? earlier?.condition.with(condition) : undefined;
    this.macros.set(name, { name, condition: whole ?? new Pieces([condition]), place: item.place });
  }

  #isAppended(item: Mapping, key: 'items' | 'condition'): boolean {
    const overrides = overridesOf(item, { append: [key], replace: [key] });
    const isAppended = flagOf(item, 'append') ?? false;
    if (isAppended && overrides.size > 0) throw appendedTwice(item);
    return isAppended || overrides.get(key) === 'append';
  }

  #rule(item: Mapping): void {
    const name = scalarOf(item, 'rule').text;
    this.#noteUnknown(item, 'rule', name);
    const earlier = this.rules.get(name) ?? null;
    const overrides = overridesOf(item, { append: APPENDED_TO_RULES, replace: REPLACED_IN_RULES });
    const isAppended = flagOf(item, 'append') ?? false;
    if (isAppended && overrides.size > 0) throw appendedTwice(item);
    if (overrides.size > 0) this.#override(item, known(item, name, earlier, 'overridden'), overrides);
    else if (isAppended) this.#append(item, known(item, name, earlier, 'appended to'));
    else if (isSwitch(item)) this.#switch(item, known(item, name, earlier, 'switched'));
    else this.#define(item, name, earlier);
  }

  #define(item: Mapping, name: string, earlier: RuleDefinition | null): void {
    const source = optionalScalar(item, 'source')?.text ?? DEFAULT_SOURCE;
    refuseOtherSource(item, earlier, source);
    const priority = priorityOf(item);
    if (priority === null) throw new Refusal(placeOf(item), 'priority is missing');
    const exceptions = exceptionsOf(item) ?? [];
    for (const exception of exceptions) refuseIncomplete(exception);
    this.rules.set(name, {
      ...{ name, source, priority, exceptions, place: placeOf(item) },
      condition: new Pieces([scalarOf(item, 'condition')]),
      output: new Pieces([scalarOf(item, 'output')]),
      description: scalarOf(item, 'desc').text.trim(),
      tags: tagsOf(item) ?? [],
      isEnabled: flagOf(item, 'enabled') ?? true,
      skipsUnknown: flagOf(item, 'skip-if-unknown-filter') ?? false,
    });
  }

  #override(
    item: Mapping,
    earlier: RuleDefinition,
    overrides: ReadonlyMap<string, 'append' | 'replace'>,
  ): void {
    refuseBeside(item, overrides, REPLACED_IN_RULES);
    refuseOtherSource(item, earlier, optionalScalar(item, 'source')?.text ?? earlier.source);
    const changed = [...overrides].reduce(
      (rule, [key, way]) => (way === 'append' ? appended(rule, item, key) : replaced(rule, item, key)),
      earlier,
    );
    this.rules.set(earlier.name, changed);
  }

  #append(item: Mapping, earlier: RuleDefinition): void {
    refuseOtherSource(item, earlier, optionalScalar(item, 'source')?.text ?? earlier.source);
    const keys = ['condition', 'exceptions'].filter((key) => entryOf(item, key) !== null);
    if (keys.length === 0) throw new Refusal(item.place, 'append has a condition or exceptions beside it');
    this.rules.set(
      earlier.name,
      keys.reduce((rule, key) => appended(rule, item, key), earlier),
    );
  }

  #switch(item: Mapping, earlier: RuleDefinition): void {
    const isEnabled = flagOf(item, 'enabled');
    if (isEnabled === null)
      throw new Refusal(item.place, `rule ${earlier.name}: condition, output, desc and priority are missing`);
    this.rules.set(earlier.name, { ...earlier, isEnabled });
  }

  #noteUnknown(item: Mapping, kind: keyof typeof KEYS, name: string): void {
    for (const { key, keyPlace } of item.entries) {
      if (KEYS[kind].has(key)) continue;
      const text = `${kind} ${name}: ${JSON.stringify(key)} is no key of Falco's and says nothing`;
      this.notes.push({ text, place: keyPlace });
    }
  }

  #note(item: Mapping, text: string): void {
    this.notes.push({ text, place: item.place });
  }
}

function known(item: Mapping, name: string, earlier: RuleDefinition | null, how: string): RuleDefinition {
  if (earlier === null) throw new Refusal(placeOf(item), `rule ${name} is ${how}, and is not defined before`);
  return earlier;
}

/** Only `enabled` beside the name. */
function isSwitch(item: Mapping): boolean {
  return ['condition', 'output', 'desc', 'priority'].every((key) => entryOf(item, key) === null);
}

function appendedTwice(item: Mapping): Refusal {
  return new Refusal(placeOf(item), 'append and override at once: leave append out');
}

function refuseOtherSource(item: Mapping, earlier: RuleDefinition | null, source: string): void {
  if (earlier !== null && earlier.source !== source)
    throw new Refusal(
      placeOf(item),
      `rule ${earlier.name} is of source ${earlier.source} and becomes one of ${source}`,
    );
}

function appended(rule: RuleDefinition, item: Mapping, key: string): RuleDefinition {
  switch (key) {
    case 'condition':
      return { ...rule, condition: rule.condition.with(scalarOf(item, key)) };
    case 'output':
      return { ...rule, output: rule.output.with(scalarOf(item, key)) };
    case 'desc':
      return { ...rule, description: `${rule.description} ${scalarOf(item, key).text.trim()}` };
    case 'tags':
      return { ...rule, tags: [...new Set([...rule.tags, ...(tagsOf(item) ?? [])])] };
    default:
      return { ...rule, exceptions: (exceptionsOf(item) ?? []).reduce(withException, rule.exceptions) };
  }
}

function replaced(rule: RuleDefinition, item: Mapping, key: string): RuleDefinition {
  switch (key) {
    case 'condition':
      return { ...rule, condition: new Pieces([scalarOf(item, key)]) };
    case 'output':
      return { ...rule, output: new Pieces([scalarOf(item, key)]) };
    case 'desc':
      return { ...rule, description: scalarOf(item, key).text.trim() };
    case 'tags':
      return { ...rule, tags: tagsOf(item) ?? [] };
    case 'priority':
      return { ...rule, priority: priorityOf(item) ?? rule.priority };
    case 'enabled':
      return { ...rule, isEnabled: flagOf(item, key) ?? rule.isEnabled };
    case 'skip-if-unknown-filter':
      return { ...rule, skipsUnknown: flagOf(item, key) ?? rule.skipsUnknown };
    case 'exceptions':
      return { ...rule, exceptions: (exceptionsOf(item) ?? []).map((one) => replacedException(rule, one)) };
    default:
      return rule;
  }
}

function withException(
  exceptions: readonly ExceptionDefinition[],
  added: ExceptionDefinition,
): readonly ExceptionDefinition[] {
  const earlier = exceptions.find(({ name }) => name === added.name);
  if (earlier === undefined) {
    refuseIncomplete(added);
    if (added.values.length === 0)
      throw new Refusal(added.place, `exception ${added.name}: values are missing`);
    return [...exceptions, added];
  }
  if (added.fields !== null || added.operators !== null)
    throw new Refusal(added.place, `exception ${added.name} is there already: only values can be added`);
  const whole = { ...earlier, values: [...earlier.values, ...added.values] };
  return exceptions.map((one) => (one === earlier ? whole : one));
}

/** Falco's documentation leaves fields out of such ones, its engine refuses that; here they are those of the one replaced. */
function replacedException(rule: RuleDefinition, by: ExceptionDefinition): ExceptionDefinition {
  const earlier = rule.exceptions.find(({ name }) => name === by.name);
  if (by.fields !== null || earlier === undefined) {
    refuseIncomplete(by);
    return by;
  }
  return { ...earlier, operators: by.operators ?? earlier.operators, values: by.values, place: by.place };
}

function refuseIncomplete(exception: ExceptionDefinition): void {
  const { name, fields, operators, place } = exception;
  if (fields === null || fields.length === 0)
    throw new Refusal(place, `exception ${name}: fields are missing`);
  if (operators !== null && operators.length !== fields.length)
    throw new Refusal(place, `exception ${name}: as many comps as fields`);
}

function tagsOf(item: Mapping): readonly string[] | null {
  return scalarsOf(item, 'tags')?.map(({ text }) => text) ?? null;
}
