// Clients of OpenID for Verifiable Credential Issuance, for tests/interop: each line names a function with its
// arguments, as JSON, and is answered with a line of JSON: what the wallet was given, or what it says of a refusal.
//
// They call the tool over https, at the address that stands in the offer.
import * as jose from 'jose';
import {Openid4vciClient, setGlobalConfig} from '@openid4vc/openid4vci';
import {OID4Client, getCredentialOffer} from '@digitalbazaar/oid4-client';
import {OpenID4VCIClientV1_0_15 as SphereonClient} from '@sphereon/oid4vci-client';
import {clientAuthenticationAnonymous} from '@openid4vc/oauth2';
import {createHash, randomBytes} from 'node:crypto';
import {createInterface} from 'node:readline';
import dns from 'node:dns';

// Only answers go to the standard output.
console.log = console.error;

// A name below localhost is this machine, as browsers know: the demo has such a one.
const {lookup} = dns;
dns.lookup = (name, ...more) => lookup(name.endsWith('.localhost') ? 'localhost' : name, ...more);

// The key of a wallet, and the ways to name it.
const newKey = async () => {
  const {publicKey, privateKey} = await jose.generateKeyPair('ES256', {extractable: true});
  const jwk = await jose.exportJWK(publicKey);
  const did = `did:jwk:${jose.base64url.encode(JSON.stringify(jwk))}`;
  return {privateKey, jwk, did, kid: `${did}#0`};
};

const openid4vcClient = key => new Openid4vciClient({callbacks: {
  fetch,
  hash: (data, algorithm) => createHash(algorithm.replace('-', '')).update(data).digest(),
  generateRandom: length => randomBytes(length),
  clientAuthentication: clientAuthenticationAnonymous(),
  signJwt: async (_signer, {header, payload}) => ({
    jwt: await new jose.SignJWT(payload).setProtectedHeader(header).sign(key.privateKey), signerJwk: key.jwk})
}});

const functions = {
  // The engine in Credo and many wallets, in the version of the standard that it finds the issuer to have.
  async openid4vc({link, txCode, binding, again = false, isDemo = false}) {
    // The demo alone speaks http.
    setGlobalConfig({allowInsecureUrls: isDemo});
    const key = await newKey();
    const client = openid4vcClient(key);
    const credentialOffer = await client.resolveCredentialOffer(link);
    const issuerMetadata = await client.resolveIssuerMetadata(credentialOffer.credential_issuer);
    const {accessTokenResponse} = await client.retrievePreAuthorizedCodeAccessTokenFromOffer(
      {credentialOffer, issuerMetadata, txCode});
    const accessToken = accessTokenResponse.access_token;
    const [credentialConfigurationId] = credentialOffer.credential_configuration_ids;
    const signer = binding === 'did' ?
      {method: 'did', alg: 'ES256', didUrl: key.kid} : {method: 'jwk', alg: 'ES256', publicJwk: key.jwk};
    const ask = async nonce => {
      const proofs = binding && {jwt: [(await client.createCredentialRequestJwtProof(
        {issuerMetadata, credentialConfigurationId, nonce, signer})).jwt]};
      return client.retrieveCredentials({issuerMetadata, accessToken, credentialConfigurationId, proofs});
    };
    const {c_nonce: nonce} = binding ? await client.requestNonce({issuerMetadata}) : {};
    const {credentialResponse} = await ask(nonce);
    if(again) {
      await ask(nonce);
    }
    const {notification_id: notificationId} = credentialResponse;
    await client.sendNotification({
      issuerMetadata, accessToken, notification: {notificationId, event: 'credential_accepted'}});
    return {
      version: issuerMetadata.originalDraftVersion, holder: key.did, jwk: key.jwk,
      credentials: credentialResponse.credentials.map(({credential}) => credential)};
  },

  // What is asked in the words of drafts, or of the standard, is for the client to choose.
  async digitalbazaar({link, oid4vciVersion}) {
    const offer = await getCredentialOffer({url: link});
    const client = await OID4Client.fromCredentialOffer({offer, oid4vciVersion});
    const {credential, format} = await client.requestCredentials();
    return {credentials: [credential], format};
  },

  async sphereon({link, txCode, bound}) {
    const key = await newKey();
    const client = await SphereonClient.fromURI({uri: link, retrieveServerMetadata: true, clientId: 'a wallet'});
    await client.acquireAccessToken({pin: txCode});
    const [credentialConfigurationId] = client.getCredentialOfferConfigurationIds();
    const signCallback = ({header, payload}) =>
      new jose.SignJWT(payload).setProtectedHeader(header).sign(key.privateKey);
    const response = await client.acquireCredentials({
      credentialConfigurationId, proofCallbacks: {signCallback}, format: 'ldp_vc', kid: key.kid, alg: 'ES256'});
    return {
      holder: bound && key.did,
      credentials: response.credentials.map(({credential}) => credential)};
  }
};

const messageOf = error => {
  const messages = [];
  for(let each = error; each; each = each.cause) {
    messages.push([each.message ?? String(each), each.data && JSON.stringify(each.data)].filter(Boolean).join(' '));
  }
  return messages.join(': ') || 'unknown';
};

for await (const line of createInterface({input: process.stdin})) {
  const {function: name, ...args} = JSON.parse(line);
  let answer;
  try {
    answer = await functions[name](args);
  } catch(error) {
    answer = {refused: messageOf(error)};
  }
  process.stdout.write(JSON.stringify(answer) + '\n');
}
