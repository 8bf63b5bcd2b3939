// A mail server that accepts, puts off and refuses as the recipient's name asks, and tells on standard output what it was given.
import { readFileSync } from 'node:fs';
import { SMTPServer } from 'smtp-server';

const { mode, key, cert, auth, user, password } = JSON.parse(process.argv[2]);
const tell = what => process.stdout.write(JSON.stringify(what) + '\n');
const failure = (code, text) => Object.assign(new Error(text), { responseCode: code });
const answers = {
  busy: failure(451, '4.7.1 greylisted, come back later'),
  gone: failure(550, '5.1.1 no such user here'),
};

const server = new SMTPServer({
  secure: mode === 'tls',
  key: readFileSync(key),
  cert: readFileSync(cert),
  authMethods: auth ? [auth] : ['PLAIN'],
  authOptional: !auth,
  disabledCommands: [...(mode === 'starttls' ? [] : ['STARTTLS']), ...(auth ? [] : ['AUTH'])],
  disableReverseLookup: true,
  onAuth(given, session, done) {
    tell({ auth: given.method, secure: session.secure });
    if (given.username === user && given.password === password) done(null, { user });
    else done(failure(535, '5.7.8 wrong user name or password'));
  },
  onRcptTo(address, session, done) {
    done(answers[address.address.split('@')[0]]);
  },
  onData(stream, session, done) {
    const parts = [];
    stream.on('data', part => parts.push(part));
    stream.on('end', () => {
      const to = session.envelope.rcptTo[0].address;
      if (to.startsWith('spam')) return done(failure(554, '5.7.1 looks like spam'));
      tell({ from: session.envelope.mailFrom.address, to, secure: session.secure, message: Buffer.concat(parts).toString('base64') });
      done(null, '2.0.0 taken');
    });
  },
});
server.on('error', error => tell({ error: error.message }));
server.listen(0, '127.0.0.1', () => tell({ port: server.server.address().port }));
process.stdin.on('end', () => process.exit()).resume();
