// Usage: node server.mjs DIRECTORY BUCKET DELAY Prints its port; ends when its standard input does, so that it never outlives the tests.
// Writes take DELAY milliseconds longer, as over a real distance.
import { setTimeout } from 'node:timers/promises';
import S3rver from 's3rver';

const [directory, name, delay] = process.argv.slice(2);
const server = new S3rver({ address: '127.0.0.1', port: 0, silent: true, directory, configureBuckets: [{ name }] });
server.middleware.unshift(async (context, next) => {
  if (context.method === 'PUT') await setTimeout(Number(delay));
  await next();
});
const { port } = await server.run();
process.stdin.resume().on('end', () => process.exit(0));
console.log(port);
