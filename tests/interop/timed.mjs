// @digitalbazaar/vc with eddsa-rdfc-2022 in a warm process, for tests/bench. The first line has the contexts and the
// credential; each further line says what to do and how often, and is answered with the seconds that it took.
import * as Ed25519Multikey from '@digitalbazaar/ed25519-multikey';
import * as vc from '@digitalbazaar/vc';
import {createInterface} from 'node:readline';
import {cryptosuite} from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import {DataIntegrityProof} from '@digitalbazaar/data-integrity';

const lines = createInterface({input: process.stdin})[Symbol.asyncIterator]();
const {contexts, credential} = JSON.parse((await lines.next()).value);

const documents = new Map(Object.entries(contexts).map(([url, text]) => [url, JSON.parse(text)]));
// `tag: static` lets jsonld.js cache the processed context.
const documentLoader = async url => {
  if(!documents.has(url)) {
    throw new Error(`nothing is served at ${url}`);
  }
  return {contextUrl: null, documentUrl: url, document: documents.get(url), tag: 'static'};
};

const controller = credential.issuer.id;
const key = await Ed25519Multikey.generate({controller});
key.id = `${controller}#${key.fingerprint?.() ?? 'key'}`;
const method = {'@context': 'https://w3id.org/security/multikey/v1', ...await key.export({publicKey: true}), id: key.id, controller};
documents.set(key.id, method);
documents.set(controller, {
  '@context': ['https://www.w3.org/ns/did/v1', 'https://w3id.org/security/multikey/v1'],
  id: controller, verificationMethod: [method], assertionMethod: [key.id]});

const work = {
  issue: async () => JSON.stringify(await vc.issue({
    credential: {...credential}, suite: new DataIntegrityProof({signer: key.signer(), cryptosuite}), documentLoader})),
  verify: async () => {
    const result = await vc.verifyCredential({
      credential: JSON.parse(issued), suite: new DataIntegrityProof({cryptosuite}), documentLoader,
      checkStatus: async () => ({verified: true})});
    if(!result.verified) {
      throw result.error;
    }
  }
};
const issued = await work.issue();

for await (const line of lines) {
  const {what, times} = JSON.parse(line);
  const begun = process.hrtime.bigint();
  for(let done = 0; done < times; done++) {
    await work[what]();
  }
  process.stdout.write(`${Number(process.hrtime.bigint() - begun) / 1e9}\n`);
}
