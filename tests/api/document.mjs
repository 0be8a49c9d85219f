// The OpenAPI document as a judge of replies.
import Ajv from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

const escape = key => key.replaceAll('~', '~0').replaceAll('/', '~1');

export class Document {
  #ajv = new Ajv({strict: false, allErrors: true});
  #compiled = new Map();
  constructor(tree) {
    this.tree = tree;
    addFormats(this.#ajv);
    this.#ajv.addFormat('iri', true);
    this.#ajv.addSchema(tree, 'doc');
    this.paths = Object.entries(tree.paths).map(([path, methods]) => ({
      path, methods,
      pattern: new RegExp(`^${path.replace(/[.]/g, '\\.').replace(/\{\w+\}/g, '[^/]+')}$`),
    })).sort((a, b) => (a.path.match(/\{/g) ?? []).length - (b.path.match(/\{/g) ?? []).length);
  }
  // The operation behind method and path, or undefined.
  operation(method, path) {
    for (const p of this.paths)
      if (p.pattern.test(path) && p.methods[method.toLowerCase()])
        return {path: p.path, method: method.toLowerCase(), ...p.methods[method.toLowerCase()]};
  }
  operations() {
    return this.paths.flatMap(p => Object.entries(p.methods).map(
      ([method, op]) => ({path: p.path, method, ...op})));
  }
  resolve(node) {
    if (!node?.$ref) return node;
    return node.$ref.slice(2).split('/').reduce((at, key) => at[key], this.tree);
  }
  resolveAll(nodes = []) {
    return nodes.map(node => this.resolve(node));
  }
  #check(pointer, value) {
    if (!this.#compiled.has(pointer))
      this.#compiled.set(pointer, this.#ajv.compile({$ref: `doc#${pointer}`}));
    const validate = this.#compiled.get(pointer);
    return validate(value) ? [] : validate.errors.slice(0, 5).map(
      e => `${e.instancePath || '/'} ${e.message} ${JSON.stringify(e.params)}`);
  }
  // What is wrong with a reply; a missing operation may only refuse.
  judge(op, status, type, body) {
    if (!op) {
      if (status < 400) return [`${status} of an operation that is not in the caller's document`];
      return this.#check('/components/schemas/Problem', body);
    }
    const reply = op.responses[status];
    if (!reply) return [`${op.operationId} does not document status ${status}`];
    const content = this.resolve(reply).content;
    if (!content) return body === undefined ? [] : ['a body where none is documented'];
    const media = content['*/*'] ? '*/*' : type.split(';')[0];
    if (media === '*/*') return [];
    if (!content[media]) return [`media type ${media} is not documented for ${status}`];
    const at = reply.$ref?.slice(1) ?? `/paths/${escape(op.path)}/${op.method}/responses/${status}`;
    return this.#check(`${at}/content/${escape(media)}/schema`, body);
  }
  // What is wrong with a body that the server took.
  judgeBody(op, body) {
    if (!op?.requestBody) return body === undefined ? [] : ['a body where none is documented'];
    return this.#check(`/paths/${escape(op.path)}/${op.method}/requestBody/content/` +
                       'application~1json/schema', body);
  }
}
