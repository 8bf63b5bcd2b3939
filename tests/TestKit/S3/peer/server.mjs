// Usage: node server.mjs DIRECTORY BUCKET… Prints its port; ends when its standard input does, so that it never outlives the tests.
import S3rver from 's3rver';

const [directory, ...buckets] = process.argv.slice(2);
const server = new S3rver({ address: '127.0.0.1', port: 0, silent: true, directory, configureBuckets: buckets.map((name) => ({ name })) });
const { port } = await server.run();
process.stdin.resume().on('end', () => process.exit(0));
console.log(port);
