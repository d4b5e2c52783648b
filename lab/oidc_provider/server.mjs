// oidc-provider, a certified OpenID provider, with people and one application given as JSON, and forms of its own
// that take any password. Its issuer may end in a slash.
import Provider from 'oidc-provider';

const { port, issuer, client, people } = JSON.parse(process.argv[2]);

const provider = new Provider(issuer, {
  clients: [{ ...client, grant_types: ['authorization_code'], response_types: ['code'] }],
  claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'], groups: ['groups'] },
  scopes: ['openid', 'email', 'profile', 'groups', 'offline_access'],
  conformIdTokenClaims: false,
  cookies: { keys: ['lab'] },
  features: { devInteractions: { enabled: true } },
  pkce: { required: () => true },
  async findAccount(context, sub) {
    const known = people[sub] ?? {};
    return { accountId: sub, claims: async () => ({ sub, ...known }) };
  },
});

provider.proxy = true;
provider.listen(port, '127.0.0.1', () => console.log(`Serving ${issuer}`));
