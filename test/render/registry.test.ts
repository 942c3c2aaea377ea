/** What follows -o: each format loads, and what is wrong is told with what would be right. */
import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/errors.ts';
import { FORMATS, formatNames, parseFormat } from '../../src/render/registry.ts';
import { OPTIONS, ORDINARY, textOf } from '../support/answers.ts';

function errorOf(text: string): UserError {
  try {
    parseFormat(text);
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error(`-o ${text} was taken`);
}

describe('parseFormat', () => {
  it.each(FORMATS.map((format) => format.name))('loads %s', async (name) => {
    const takesTemplate = FORMATS.find((format) => format.name === name)?.takesTemplate === true;
    const chosen = parseFormat(takesTemplate ? `${name}=WHO:.who.user` : name);
    expect(chosen).toMatchObject({ name, template: takesTemplate ? 'WHO:.who.user' : null });
    const template = name === 'jsonpath' ? '{.says}' : chosen.template;
    expect(textOf((await chosen.load()).render(ORDINARY, { ...OPTIONS, template }))).not.toBe('');
  });

  it('keeps the = of a template', () => {
    expect(parseFormat('jsonpath={.rows[?(@.a=="b=c")]}').template).toBe('{.rows[?(@.a=="b=c")]}');
  });

  it.each(['jsn', 'JSON', '', 'json=x', 'table=', '__proto__', 'constructor', 'go-template=x'])(
    'refuses %j',
    (text) => {
      const error = errorOf(text);
      expect(error.code).toBe('AUDIT_BAD_FORMAT');
      expect(error.message).toBe(`unable to match a printer suitable for the output format "${text}"`);
      expect(error.hint).toBe(`allowed formats are: ${formatNames().join(', ')}`);
    },
  );

  it.each(['jsonpath', 'jsonpath=', 'custom-columns', 'custom-columns='])(
    'asks for a template: %s',
    (text) => {
      expect(errorOf(text)).toMatchObject({ code: 'AUDIT_BAD_TEMPLATE' });
      expect(errorOf(text).hint).toMatch(/^-o \S+=\S+/);
    },
  );

  it.each(['jsonpath={.rows[', 'custom-columns=WHO', 'custom-columns=WHO:.who['])(
    'refuses a template at once: %s',
    (text) => {
      expect(errorOf(text).code).toBe('AUDIT_BAD_TEMPLATE');
    },
  );
});
