import { useLayoutEffect, useRef } from 'react';
import { safeUrl } from './url';

const kept = new Set(
  'P BR B STRONG I EM U S UL OL LI BLOCKQUOTE CODE PRE H1 H2 H3 H4 HR TABLE THEAD TBODY TR TD TH DIV SPAN'.split(
    ' ',
  ),
);
const dropped = new Set('SCRIPT STYLE TEMPLATE IFRAME OBJECT EMBED SVG MATH'.split(' '));

function rebuild(from: Node, into: Node) {
  for (const child of from.childNodes) {
    if (child.nodeType === Node.TEXT_NODE) {
      into.appendChild(document.createTextNode(child.textContent ?? ''));
      continue;
    }
    if (!(child instanceof Element) || dropped.has(child.tagName.toUpperCase())) continue;
    const tag = child.tagName.toUpperCase();
    const href = tag === 'A' ? safeUrl(child.getAttribute('href') ?? '') : null;
    if (!href && !kept.has(tag)) {
      rebuild(child, into);
      continue;
    }
    const copy = document.createElement(tag);
    if (href) {
      copy.setAttribute('href', href);
      copy.setAttribute('target', '_blank');
      copy.setAttribute('rel', 'noreferrer noopener');
    }
    rebuild(child, copy);
    into.appendChild(copy);
  }
}

/** Foreign markup is parsed without effect and built anew from the few elements that we know. */
export function cleanHtml(html: string): DocumentFragment {
  const out = document.createDocumentFragment();
  rebuild(new DOMParser().parseFromString(html, 'text/html').body, out);
  return out;
}

export function RichText({ html }: { html: string }) {
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => box.current?.replaceChildren(cleanHtml(html)), [html]);
  return <div ref={box} className="rich-text" />;
}
