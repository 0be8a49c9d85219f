/**
 * Ant Design without styles at run time, because the server's policy allows style sheets of its own
 * only: the sheet is made here, once for each scheme, and the code that would make it in the browser
 * is left out of the bundle.
 */
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';
import {
  antdClass,
  antdComponents,
  antdToken,
  dark,
  font,
  light,
  type Scheme,
} from '../src/app/palette.ts';

const require = createRequire(import.meta.url);
const sheet = 'virtual:theme.css';

function variables(s: Scheme): string {
  return Object.entries(s)
    .map(([k, v]) => `--${k.replace(/[A-Z0-9]/g, (c) => `-${c.toLowerCase()}`)}:${v};`)
    .join('');
}

/** Each component that the screen uses, drawn once so that its rules are collected. */
function specimens() {
  const { createElement: h } = require('react');
  const antd = require('antd');
  const panel = '_InternalPanelDoNotUseOrYouWillBeFired';
  return [
    h(antd.Button, { key: 'button', icon: h('i') }, 'x'),
    h(antd.Space.Compact, { key: 'compact' }, h(antd.Space.Addon, null, 'x'), h(antd.Button)),
    h(antd.Input, { key: 'input', allowClear: true }),
    h(antd.Input.TextArea, { key: 'area' }),
    h(antd.Input.Password, { key: 'password' }),
    h(antd.Input.OTP, { key: 'otp' }),
    h(antd.InputNumber, { key: 'number' }),
    h(antd.Select, { key: 'select', mode: 'multiple' }),
    h(antd.Select[panel], { key: 'selectp' }),
    h(antd.Checkbox, { key: 'checkbox' }),
    h(antd.Radio.Group, { key: 'radio', options: ['x'] }),
    h(antd.Switch, { key: 'switch' }),
    h(antd.DatePicker, { key: 'date' }),
    h(antd.DatePicker[panel], { key: 'datep' }),
    h(antd.Cascader, { key: 'cascader' }),
    h(antd.Cascader[panel], { key: 'cascaderp' }),
    h(antd.Dropdown[panel], { key: 'dropdown', menu: { items: [{ key: 'a', label: 'a' }] } }),
    h(antd.Popover[panel], { key: 'popover', content: 'x' }),
    h(antd.Tooltip[panel], { key: 'tooltip', title: 'x' }),
    h(antd.Modal[panel], { key: 'modal' }),
    h(antd.Segmented, { key: 'segmented', options: ['x'] }),
    h(antd.Empty, { key: 'empty' }),
    h(antd.Spin, { key: 'spin' }),
    h(antd.message[panel], { key: 'message', content: 'x' }),
    h(antd.notification[panel], { key: 'notification', title: 'x' }),
    h(antd.App, { key: 'app' }),
  ];
}

/** Ant Design's rules for every link of the page, which are ours to make. */
const pageLinks = /(^|\})(?:a(?::[a-z]+)*(?:,a(?::[a-z]+)*)*\{[^}]*\})+/g;

function extract(scheme: Scheme, isDark: boolean): { rules: string; vars: string } {
  const { createElement: h } = require('react');
  const { renderToString } = require('react-dom/server');
  const antd = require('antd');
  const { createCache, extractStyle, StyleProvider } = require('@ant-design/cssinjs');
  const cache = createCache();
  const theme = {
    hashed: false,
    cssVar: { key: antdClass },
    algorithm: isDark ? antd.theme.darkAlgorithm : antd.theme.defaultAlgorithm,
    token: antdToken(scheme),
    components: antdComponents,
  };
  renderToString(
    h(
      StyleProvider,
      { cache },
      h(antd.ConfigProvider, { theme, button: { autoInsertSpace: false } }, ...specimens()),
    ),
  );
  const options = { plain: true };
  const map = /\.data-ant-cssinjs-cache-path\{[^}]*\}/;
  return {
    rules: extractStyle(cache, { ...options, types: 'style' })
      .replace(map, '')
      .replace(pageLinks, '$1'),
    vars: extractStyle(cache, { ...options, types: ['token', 'cssVar'] }).replace(map, ''),
  };
}

type Rules = Map<string, Map<string, string>>;

/** "a{--x:1;}b{…}" taken apart; the panels' own scopes become the common one. */
function parseVariables(css: string): Rules {
  const rules: Rules = new Map();
  for (const [, selector = '', body = ''] of css.matchAll(/([^{}]+)\{([^{}]*)\}/g)) {
    const key = selector.trim().replace(/css-var-_R_\w+_/g, antdClass);
    const into = rules.get(key) ?? new Map<string, string>();
    rules.set(key, into);
    for (const [, name = '', value = ''] of body.matchAll(/(--[\w-]+):([^;]*);/g))
      into.set(name, value);
  }
  return rules;
}

function printVariables(rules: Rules, prefix: string, without?: Rules): string {
  let out = '';
  for (const [selector, body] of rules) {
    const known = without?.get(selector);
    const lines = [...body].filter(([name, value]) => known?.get(name) !== value);
    if (lines.length)
      out += `${prefix}${selector}{${lines.map(([name, value]) => `${name}:${value};`).join('')}}`;
  }
  return out;
}

export function themeSheet(): string {
  const day = extract(light, false);
  const night = extract(dark, true);
  const dayVars = parseVariables(day.vars);
  const darkOwn = `color-scheme:dark;${variables(dark)}`;
  return [
    `:root{color-scheme:light;--font:${font};${variables(light)}}`,
    `@media (prefers-color-scheme:dark){:root:not([data-scheme=light]){${darkOwn}}}`,
    `:root[data-scheme=dark]{${darkOwn}}`,
    printVariables(dayVars, ''),
    printVariables(parseVariables(night.vars), 'html[data-scheme=dark] ', dayVars),
    day.rules,
  ].join('\n');
}

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));

export function antdStyles(): Plugin {
  const shim = path('./dynamic-css.ts');
  const form = path('./form-provider.ts');
  return {
    name: 'antd-styles',
    enforce: 'pre',
    resolveId(id, importer) {
      if (id === sheet) return '\0theme.css';
      if (id === '@rc-component/form' && importer?.endsWith('/form/context.js')) return form;
      if (/dynamicCSS(\.js)?$/.test(id) && importer?.includes('node_modules')) return shim;
      return null;
    },
    load(id) {
      return id === '\0theme.css' ? themeSheet() : null;
    },
    transform(code, id) {
      if (!/\/antd\/es\/.*\/?style\/[\w-]+\.js/.test(id)) return null;
      const hook = code.replace(
        /export default (genStyleHooks\(|\(prefixCls)[\s\S]*$/,
        `export default () => ['', '${antdClass}'];`,
      );
      const part = hook.replace(
        /export default genSubStyleComponent\([\s\S]*$/,
        'export default () => null;',
      );
      return part === code ? null : { code: part, map: null };
    },
  };
}
