// Where a problem says that something is wrong: a JSON pointer into the body (RFC 6901), or the name of
// a parameter or header, behind which a pointer into its JSON may follow ("where/all/0/city").
const POINTER = /^(\/([^~/]|~[01])*)*$/u;
const unescape = token => token.replaceAll('~1', '/').replaceAll('~0', '~');

// Is all but the last token there? The last one may be what is missing.
function leads(tree, pointer) {
  let at = tree;
  for (const token of pointer.split('/').slice(1, -1).map(unescape)) {
    if (at === null || typeof at !== 'object' || !(token in at)) return false;
    at = at[token];
  }
  return true;
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isNamed(pointer, parameters, query) {
  const slash = pointer.indexOf('/'), name = slash < 0 ? pointer : pointer.slice(0, slash);
  const inside = slash < 0 ? '' : pointer.slice(slash);
  if (!query.has(name)) return inside === '' && (parameters ?? []).some(p => p.name === name);
  return POINTER.test(inside) && (inside === '' || leads(parsed(query.get(name)), inside));
}

// The errors of the reply, or of each item of a batch.
export function problemsIn(reply) {
  const parts = reply.status === 207
    ? reply.body.results.map((r, i) => ({problem: r.problem, item: i})) : [{problem: reply.body}];
  return parts.filter(({problem}) => problem?.errors)
    .map(({problem, item}) => ({errors: problem.errors, item}));
}

export function wrongPointers(problems, parameters, step) {
  const query = new URLSearchParams(step.path.split('?')[1] ?? '');
  const body = step.raw ? parsed(step.body) : step.payload, wrong = [];
  for (const {errors, item} of problems)
    for (const {pointer} of errors) {
      const about = item === undefined ? body : body.items[item]?.body;
      const ok = pointer === '' || (pointer.startsWith('/')
        ? POINTER.test(pointer) && (about === undefined ? item !== undefined : leads(about, pointer))
        : isNamed(pointer, parameters, query) || pointer in (step.headers ?? {}));
      if (!ok) wrong.push(`${JSON.stringify(pointer)} points nowhere`);
    }
  return wrong;
}
