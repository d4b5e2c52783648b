// SAML Jackson's directory sync behind the SCIM routes its own service has, with an empty database in memory.
// POST /lab/directories makes a directory; the GET routes of /lab read it by other means than SCIM.
import express from 'express';
import jackson from '@boxyhq/saml-jackson';

const port = Number(process.argv[2]);
const base = `http://127.0.0.1:${port}`;
const { directorySyncController: sync } = await jackson.controllers({
  externalUrl: base,
  samlPath: '/saml',
  scimPath: '/scim/v2.0',
  db: { engine: 'mem' },
  noAnalytics: true,
});

const events = [];
const app = express();
app.use(express.json({ type: ['application/json', 'application/scim+json'] }));

app.post('/lab/directories', async (request, response) => {
  const { data, error } = await sync.directories.create({ ...request.body, product: 'lab', type: 'generic-scim-v2' });
  response.status(error ? 400 : 201).json(error ?? data);
});

app.patch('/lab/directories/:id', async (request, response) => {
  const { data, error } = await sync.directories.update(request.params.id, request.body);
  response.status(error ? 400 : 200).json(error ?? data);
});

app.get('/lab/members/:tenant/:group', async (request, response) => {
  const groups = sync.groups.setTenantAndProduct(request.params.tenant, 'lab');
  const { data } = await groups.getGroupMembers({ groupId: request.params.group });
  response.json(data);
});

app.get('/lab/users/:tenant/:directory', async (request, response) => {
  const users = sync.users.setTenantAndProduct(request.params.tenant, 'lab');
  const { data } = await users.getAll({ directoryId: request.params.directory, pageOffset: 0, pageLimit: 50 });
  response.json(data);
});

app.get('/lab/events', (request, response) => response.json(events));

app.all('/scim/v2.0/:directory/:type{/:id}', async (request, response) => {
  const { directory, type, id } = request.params;
  const { count, startIndex, filter } = request.query;
  const answer = await sync.requests.handle(
    {
      method: request.method,
      body: request.body,
      directoryId: directory,
      resourceType: type,
      resourceId: id,
      apiSecret: request.headers.authorization?.replace(/^Bearer /, '') ?? null,
      query: { count: count && Number(count), startIndex: startIndex && Number(startIndex), filter },
    },
    async (event) => void events.push(event),
  );
  response.status(answer.status).json(answer.data);
});

app.listen(port, '127.0.0.1', () => console.log(`Serving ${base}`));
