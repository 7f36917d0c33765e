// A wallet of Credo, for tests/interop: each line names a function with its arguments, as JSON, and is answered with a
// line of JSON.
//
// Credo's own code reads, verifies, stores and presents. Around it is what an app brings: where records are kept, which is
// memory here, and who signs with the wallet's keys, which is Node; its own modules for both need programs built for the
// machine. `pages` among the arguments (DID documents, types, by their addresses) is all that can be fetched; a function
// without it calls the tool over https, at the address that stands in the offer.
import {EventEmitter} from 'node:events';
import {createInterface} from 'node:readline';
import {createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes, randomUUID, sign, verify, webcrypto} from
  'node:crypto';
import {
  Agent, DidDocument, DidsModule, InjectionSymbols, JsonTransformer, JwkDidResolver, KeyDidResolver, Kms,
  RecordNotFoundError, SdJwtVcRecord, W3cV2CredentialRecord,
  W3cV2SdJwtVerifiableCredential
} from '@credo-ts/core';

import {OpenId4VcModule} from '@credo-ts/openid4vc';

globalThis.crypto ??= webcrypto;
// Only answers go to the standard output.
console.log = console.error;

let pages = {};
const network = globalThis.fetch;

const fetchPage = async (request, options) => {
  if(pages === undefined) {
    return network(request, options);
  }
  const url = typeof request === 'string' ? request : request.url ?? String(request);
  const found = url in pages;
  return new Response(found ? pages[url] : 'not found', {
    status: found ? 200 : 404, headers: {'content-type': 'application/json'}});
};
globalThis.fetch = fetchPage;

const fits = (tags, {$and = [], $or, $not, ...query}) =>
  $and.every(one => fits(tags, one)) && (!$or || $or.some(one => fits(tags, one))) && !($not && fits(tags, $not)) &&
  Object.entries(query).every(([name, value]) => Array.isArray(value) ?
    value.every(part => tags[name]?.includes(part)) : value === undefined || tags[name] === value);

class Memory {
  supportsCursorPagination = false;
  records = new Map();

  async save(_context, record) {
    this.records.set(record.id, {type: record.type, record: record.clone(), tags: record.getTags()});
  }

  async update(context, record) {
    await this.save(context, record);
  }

  async delete(_context, record) {
    this.records.delete(record.id);
  }

  async deleteById(_context, _kind, id) {
    this.records.delete(id);
  }

  async getById(_context, kind, id) {
    const found = this.records.get(id);
    if(found?.type !== kind.type) {
      throw new RecordNotFoundError(`there is no ${kind.type} ${id}`, {recordType: kind.type});
    }
    return found.record.clone();
  }

  async getAll(_context, kind) {
    return [...this.records.values()].filter(({type}) => type === kind.type).map(({record}) => record.clone());
  }

  async findByQuery(context, kind, query) {
    return [...this.records.values()].filter(({type, tags}) => type === kind.type && fits(tags, query))
      .map(({record}) => record.clone());
  }
}

const HASHES = {ES256: 'sha256', ES384: 'sha384', EdDSA: null, Ed25519: null};

class NodeKeys {
  backend = 'node';
  keys = new Map();

  isOperationSupported(_context, {operation, algorithm}) {
    return ['createKey', 'importKey', 'randomBytes'].includes(operation) ||
      (['sign', 'verify'].includes(operation) && algorithm in HASHES);
  }

  async getPublicKey(_context, keyId) {
    const key = this.keys.get(keyId);
    return key ? {...createPublicKey(key).export({format: 'jwk'}), kid: keyId} : null;
  }

  async createKey(context, {type, keyId = randomUUID()}) {
    const {privateKey} = type.kty === 'OKP' ? generateKeyPairSync('ed25519') :
      generateKeyPairSync('ec', {namedCurve: type.crv});
    this.keys.set(keyId, privateKey);
    return {keyId, publicJwk: await this.getPublicKey(context, keyId)};
  }

  async importKey(context, {privateJwk}) {
    const keyId = privateJwk.kid ?? randomUUID();
    this.keys.set(keyId, createPrivateKey({key: privateJwk, format: 'jwk'}));
    return {keyId, publicJwk: await this.getPublicKey(context, keyId)};
  }

  async sign(_context, {keyId, algorithm, data}) {
    const key = this.keys.get(keyId);
    return {signature: new Uint8Array(sign(HASHES[algorithm], data, {key, dsaEncoding: 'ieee-p1363'}))};
  }

  async verify(_context, {key, algorithm, data, signature}) {
    const jwk = key.publicJwk ?? await this.getPublicKey(_context, key.keyId);
    const holds = verify(HASHES[algorithm], data,
      {key: createPublicKey({key: jwk, format: 'jwk'}), dsaEncoding: 'ieee-p1363'}, signature);
    return holds ? {verified: true, publicJwk: jwk} : {verified: false};
  }

  randomBytes(_context, {length}) {
    return new Uint8Array(randomBytes(length));
  }
}

class NoFiles {}

// Credo's own has a client of its own, which would ask the network.
class ServedDids {
  supportedMethods = ['web'];
  allowsCaching = false;
  allowsLocalDidRecord = false;

  async resolve(_context, did) {
    const [host, ...path] = did.slice('did:web:'.length).split('#')[0].split(':').map(decodeURIComponent);
    const url = `https://${host}/${(path.length ? path : ['.well-known']).join('/')}/did.json`;
    const answer = await fetchPage(url);
    if(!answer.ok) {
      return {didDocument: null, didDocumentMetadata: {}, didResolutionMetadata: {error: 'notFound', message: url}};
    }
    const didDocument = JsonTransformer.fromJSON(await answer.json(), DidDocument);
    return {didDocument, didDocumentMetadata: {}, didResolutionMetadata: {contentType: 'application/did+ld+json'}};
  }
}

const newAgent = async () => {
  const agent = new Agent({
    config: {allowInsecureHttpUrls: true, autoUpdateStorageOnStartup: true},
    dependencies: {FileSystem: NoFiles, EventEmitterClass: EventEmitter, fetch: fetchPage, WebSocketClass: class {}},
    modules: {
      openid4vc: new OpenId4VcModule(),
      dids: new DidsModule({resolvers: [new ServedDids(), new KeyDidResolver(), new JwkDidResolver()]}),
      kms: new Kms.KeyManagementModule({backends: [new NodeKeys()]}),
      memory: {register: manager => manager.registerInstance(InjectionSymbols.StorageService, new Memory())}
    }
  });
  await agent.initialize();
  return agent;
};

const agent = await newAgent();

// A key of the wallet, as an issuer wants it shown.
const bindingFor = async ({supportsJwk, supportedDidMethods}) => {
  const {keyId, publicJwk} = await agent.kms.createKey({type: {kty: 'EC', crv: 'P-256'}});
  if(supportsJwk) {
    return {method: 'jwk', keys: [Kms.PublicJwk.fromPublicJwk(publicJwk)]};
  }
  const method = supportedDidMethods[0].replace('did:', '');
  const {didState} = await agent.dids.create({method, options: {keyId}});
  return {method: 'did', didUrls: [didState.didDocument.verificationMethod[0].id]};
};

const functions = {
  // From the link of an offer to the record in the wallet, and the word to the issuer that it is there.
  async take({link}) {
    const {holder} = agent.openid4vc;
    const offer = await holder.resolveCredentialOffer(link);
    const token = await holder.requestToken({resolvedCredentialOffer: offer});
    const {credentials: [{record, notificationId}]} = await holder.requestCredentials({
      resolvedCredentialOffer: offer, accessToken: token.accessToken, cNonce: token.cNonce,
      credentialBindingResolver: bindingFor});
    const api = record instanceof SdJwtVcRecord ? agent.sdJwtVc : agent.w3cV2Credentials;
    await api.store({record});
    await holder.sendNotification({
      metadata: offer.metadata, accessToken: token.accessToken, notificationId,
      notificationEvent: 'credential_accepted'});
    return {text: (await api.getById(record.id)).encoded, kind: record.type};
  },

  // A key of the wallet: its DID, as it names it where it asks for a badge.
  async newHolder({method}) {
    const {keyId, publicJwk} = await agent.kms.createKey({type: {kty: 'EC', crv: 'P-256'}});
    const {didState} = await agent.dids.create({method, options: {keyId}});
    if(didState.state !== 'finished') {
      throw new Error(`no DID: ${didState.reason}`);
    }
    const {kid: _, ...jwk} = publicJwk;
    return {did: didState.did, keyId, jwk};
  },

  // Verifies a dc+sd-jwt and keeps it, with the metadata of its type.
  async storePlain({text, keyId}) {
    const {isValid, error, sdJwtVc} = await agent.sdJwtVc.verify({compactSdJwtVc: text, fetchTypeMetadata: true});
    if(!isValid) {
      return {isValid, why: messageOf(error)};
    }
    const record = new SdJwtVcRecord({
      credentialInstances: [{compactSdJwtVc: text, kmsKeyId: keyId}], typeMetadata: sdJwtVc.typeMetadata});
    await agent.sdJwtVc.store({record});
    const kept = await agent.sdJwtVc.getById(record.id);
    return {isValid, id: kept.id, text: kept.encoded, claims: kept.firstCredential.prettyClaims,
      typeMetadata: kept.typeMetadata, number: (await agent.sdJwtVc.getAll()).length};
  },

  // Verifies a vc+sd-jwt of VCDM 2.0 and keeps it.
  async storeWhole({text}) {
    const credential = W3cV2SdJwtVerifiableCredential.fromCompact(text);
    const {isValid, error, validations} = await agent.w3cV2Credentials.verifyCredential({credential});
    if(!isValid) {
      const [why] = Object.values(validations).filter(({isValid}) => !isValid);
      return {isValid, why: messageOf(error ?? why?.error)};
    }
    const record = W3cV2CredentialRecord.fromCredential(credential);
    await agent.w3cV2Credentials.store({record});
    const kept = await agent.w3cV2Credentials.getById(record.id);
    return {isValid, id: kept.id, text: kept.encoded, claims: kept.firstCredential.sdJwt.prettyClaims};
  },

  // What the wallet shows of a dc+sd-jwt that it has, signed for a verifier.
  async present({text, keyId, frame, audience, nonce}) {
    const sdJwtVc = {...agent.sdJwtVc.fromCompact(text), kmsKeyId: keyId};
    return {text: await agent.sdJwtVc.present({
      sdJwtVc, presentationFrame: frame,
      verifierMetadata: {audience, nonce, issuedAt: Math.floor(Date.now() / 1000)}})};
  }
};

const messageOf = error => {
  const messages = [];
  for(let each = error; each; each = each.cause) {
    messages.push(each.message ?? String(each));
  }
  return messages.join(': ') || 'unknown';
};

for await (const line of createInterface({input: process.stdin})) {
  const {function: name, ...args} = JSON.parse(line);
  pages = args.pages;
  let answer;
  try {
    answer = await functions[name](args);
  } catch(error) {
    answer = {error: messageOf(error)};
  }
  process.stdout.write(JSON.stringify(answer) + '\n');
}
