// The Learner Credential Wallet 2.2.10, as far as it takes badges: what it does with a link, by the libraries that it is
// made of. Each line names a function with its arguments, as JSON, and is answered with a line of JSON.
//
// It reaches the tool alone, at `port` of this machine, whatever its name is; `pages` are all else that it can fetch.
import * as bazaarVc from '@digitalbazaar/vc';
import * as consortiumVc from '@digitalcredentials/vc';
import * as credentialsContext from '@digitalbazaar/credentials-context';
import ed25519Context from 'ed25519-signature-2020-context';
import {createInterface} from 'node:readline';
import {decode} from 'html-entities';
import {Ed25519Signature2020 as BazaarSuite} from '@digitalbazaar/ed25519-signature-2020';
import {Ed25519Signature2020 as ConsortiumSuite} from '@digitalcredentials/ed25519-signature-2020';
import {Ed25519VerificationKey2020 as BazaarKey} from '@digitalbazaar/ed25519-verification-key-2020';
import {Ed25519VerificationKey2020 as ConsortiumKey} from '@digitalcredentials/ed25519-verification-key-2020';
import {LruCache} from '@digitalcredentials/lru-memoize';
import {request as httpRequest} from 'node:http';
import {webcrypto} from 'node:crypto';

globalThis.crypto ??= webcrypto;
globalThis.CryptoKey ??= webcrypto.CryptoKey;
// Only answers go to the standard output.
console.log = console.error;

let pages = {}, site = '', port = 0;

// One request to the tool, by its own name.
const askTool = (url, {method = 'GET', headers = {}, body} = {}) => new Promise((resolve, reject) => {
  const {host, pathname, search} = new URL(url);
  const sent = httpRequest({
    host: '127.0.0.1', port, method, path: pathname + search, headers: {...headers, host}
  }, answer => {
    const parts = [];
    answer.on('data', part => parts.push(part));
    answer.on('end', () => resolve(new Response(Buffer.concat(parts), {
      status: answer.statusCode, headers: {'content-type': answer.headers['content-type'] ?? ''}})));
  });
  sent.on('error', reject);
  sent.end(body);
});

globalThis.fetch = async (asked, options = {}) => {
  const url = typeof asked === 'string' ? asked : asked.url;
  if(url in pages) {
    return new Response(pages[url], {status: 200, headers: {'content-type': 'application/json'}});
  }
  if(new URL(url).origin !== site) {
    return new Response('not found', {status: 404});
  }
  const headers = Object.fromEntries(new Headers(options.headers ?? asked.headers));
  return askTool(url, {method: options.method ?? asked.method ?? 'GET', headers, body: options.body});
};

// It would keep DID documents for five seconds.
LruCache.prototype.memoize = ({fn}) => fn();
const {verifyCredential} = await import('@digitalcredentials/verifier-core');

const CONTEXTS = new Map([...credentialsContext.contexts, ...ed25519Context.contexts]);
const documentLoader = async url => {
  if(!CONTEXTS.has(url)) {
    throw new Error(`NotFoundError: ${url}`);
  }
  return {contextUrl: null, documentUrl: url, document: CONTEXTS.get(url)};
};

const JSON_HEADERS = {'Content-Type': 'application/json', Accept: 'application/json'};
const post = (url, body) => fetch(url, {method: 'POST', headers: JSON_HEADERS, body: JSON.stringify(body)});

const answered = async (response, read = JSON.parse) => {
  if(response.status !== 200) {
    return {refused: response.status, body: await response.text()};
  }
  const found = read(await response.text());
  const presentation = found.verifiablePresentation ?? found;
  const listed = presentation.verifiableCredential ?? [presentation];
  return {credentials: [listed].flat().map(each => JSON.stringify(each))};
};

// The older kind of link takes the body for text out of a page: entities are decoded, with and without a semicolon.
const readAsHtml = text => JSON.parse(decode(text, {level: 'html5', scope: 'body'}));

const takeFrom = async exchange => answered(await post(exchange, {}));

const keyOf = async ({library, seed}) => {
  const Key = library === 'bazaar' ? BazaarKey : ConsortiumKey;
  const key = await Key.generate({seed: new Uint8Array(32).fill(seed)});
  key.controller = `did:key:${key.fingerprint()}`;
  key.id = `${key.controller}#${key.fingerprint()}`;
  return key;
};

const functions = {
  // The link of an offer: decoded twice, then the exchange is asked with an empty body.
  async opensOffer({link}) {
    const request = decodeURI(new URL(link).searchParams.get('request'));
    return takeFrom(JSON.parse(request).protocols.vcapi);
  },

  // The address in a QR code, which is known by its query.
  async scans({address}) {
    if(new URL(address).searchParams.get('iuv') !== '1') {
      throw new Error('this is no interaction');
    }
    const response = await fetch(address, {headers: {Accept: 'application/json'}});
    if(response.status !== 200) {
      return {refused: response.status, body: await response.text()};
    }
    const {protocols} = await response.json();
    return takeFrom(protocols.vcapi);
  },

  // The older kind of link: a presentation is signed for the challenge, and posted as it is.
  async opensRequest({link, library, seed}) {
    const query = new URL(link).searchParams;
    if(query.get('auth_type') !== 'bearer') {
      throw new Error('the wallet would want to sign in first');
    }
    const key = await keyOf({library, seed});
    const vc = library === 'bazaar' ? bazaarVc : consortiumVc;
    const Suite = library === 'bazaar' ? BazaarSuite : ConsortiumSuite;
    const presentation = vc.createPresentation({holder: key.controller, version: 2, verify: false});
    presentation['@context'] = ['https://www.w3.org/ns/credentials/v2'];
    const signed = await vc.signPresentation({
      presentation, suite: new Suite({key}), challenge: query.get('challenge'), documentLoader});
    const given = await answered(await post(query.get('vc_request_url'), signed), readAsHtml);
    return {...given, holder: key.controller, presented: JSON.stringify(signed)};
  },

  // What the wallet says of a badge that it stores.
  async judges({credential}) {
    const {errors, log = []} = await verifyCredential({
      credential: JSON.parse(credential), knownDIDRegistries: []});
    const valid = Object.fromEntries(log.map(({id, valid}) => [id, valid]));
    return {errors: errors?.map(({name}) => name) ?? [], valid};
  }
};

for await (const line of createInterface({input: process.stdin})) {
  const {function: name, ...args} = JSON.parse(line);
  ({pages = {}, site = '', port = 0} = args);
  let answer;
  try {
    answer = await functions[name](args);
  } catch(error) {
    answer = {error: String(error?.stack ?? error)};
  }
  process.stdout.write(JSON.stringify(answer) + '\n');
}
