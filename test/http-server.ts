/** An HTTP server for the tests of a file, which answers as each test says. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach } from 'vitest';

export type Handler = (response: ServerResponse, request: IncomingMessage) => void;

export interface TestServer {
  /** Such as `http://127.0.0.1:1234`, once tests run. */
  origin: string;
  /** What it answers by path and query; 404 to all others. Empty at the start of each test. */
  routes: Map<string, Handler>;
  /** What it was asked in this test. */
  asked: string[];
}

export function testServer(): TestServer {
  const test: TestServer = { origin: '', routes: new Map(), asked: [] };
  let server: Server;
  beforeAll(async () => {
    server = createServer((request, response) => {
      test.asked.push(request.url!);
      const handler = test.routes.get(request.url!);
      if (handler) handler(response, request);
      else response.writeHead(404).end('nothing here');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    test.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  beforeEach(() => {
    test.routes.clear();
    test.asked.length = 0;
  });
  return test;
}
