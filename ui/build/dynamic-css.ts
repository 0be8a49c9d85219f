/**
 * Stands in for @rc-component/util's dynamicCSS: rules that components add while they run (such as
 * locking the page behind a dialog) go into constructed sheets, which the content security policy
 * allows, and not into <style> elements, which it refuses. Ant Design's own rules are in the sheet
 * that the build makes.
 */
const sheets = new Map<string, CSSStyleSheet>();
const ownRules = 'data-css-hash';

interface Options {
  mark?: string;
}

const handle = { setAttribute() {}, parentNode: null };

export function updateCSS(css: string, key: string, options: Options = {}) {
  if (options.mark === ownRules) return handle;
  let sheet = sheets.get(key);
  if (!sheet) {
    sheet = new CSSStyleSheet();
    sheets.set(key, sheet);
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  }
  sheet.replaceSync(css);
  return handle;
}

export function injectCSS(css: string, options: Options = {}) {
  return updateCSS(css, css, options);
}

export function removeCSS(key: string) {
  const sheet = sheets.get(key);
  if (!sheet) return;
  sheets.delete(key);
  document.adoptedStyleSheets = document.adoptedStyleSheets.filter((s) => s !== sheet);
}

export function clearContainerCache() {}
