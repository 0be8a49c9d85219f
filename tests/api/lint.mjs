// lintOpenapi(document) gives what Spectral's OpenAPI rules and the OpenAPI schema have against it.
import {createRequire} from 'node:module';
import {Validator} from '@seriousme/openapi-schema-validator';

const require = createRequire(import.meta.url);
const {Spectral} = require('@stoplight/spectral-core');
const {oas} = require('@stoplight/spectral-rulesets');

export async function lintOpenapi(document) {
  const spectral = new Spectral();
  spectral.setRuleset({extends: [[oas, 'recommended']]});
  const wrong = (await spectral.run(document))
    .map(r => `spectral ${r.code} at ${r.path.join('/')}: ${r.message}`);
  const {valid, errors} = await new Validator().validate(structuredClone(document));
  if (!valid) wrong.push(...[errors].flat().map(e => `schema: ${JSON.stringify(e)}`));
  return wrong;
}
